// Loads the behaviours; each says at its top which element or attribute switches it on.
import "./autosave.js";
import "./block_card.js";
import "./board.js";
import "./dialogs.js";
import "./focus.js";
import "./form_controls.js";
import "./lit_blocks.js";
import "./menus.js";
import "./page_head.js";
import "./picker.js";
import "./shortcuts.js";
import "./text_selection.js";
import "./theme.js";
import "./times.js";
import "./toasts.js";
import "./toggles.js";
import "./unsaved.js";
