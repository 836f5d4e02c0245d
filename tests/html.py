"""A person without JavaScript: opens pages, fills in their forms, presses their buttons."""

import re
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import httpx2
import lxml.html

from tests.people import Browser

BASE = "http://127.0.0.1"


def without_keys(page: str) -> str:
    """A page without what is new each time it is drawn: the keys of its forms, its moment."""
    return re.sub(r'name="(?:form_key|key|guid)" value="[^"]*"|since=[0-9.]+', "", page)


class Reader:
    """Follows links and sends forms exactly as the page gives them; follows redirects."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.url = "/"
        self.answer: httpx2.Response | None = None

    @property
    def page(self) -> Any:
        """The page as a tree."""
        assert self.answer is not None
        return lxml.html.fromstring(self.answer.text, base_url=BASE + self.url)

    @property
    def text(self) -> str:
        """What the page says, blanks folded."""
        return " ".join(self.page.text_content().split())

    def open(self, url: str) -> "Reader":
        """Go to an address."""
        self.url = urlsplit(url).path + (f"?{query}" if (query := urlsplit(url).query) else "")
        return self._settle(self.browser.get(self.url))

    def follow(self, words: str) -> "Reader":
        """Follow the first link with these words."""
        for link in self.page.iter("a"):
            if words in " ".join(link.text_content().split()):
                return self.open(urljoin(self.url, cast(str, link.get("href"))))
        raise AssertionError(f"{self.url} has no link '{words}'")

    def send(self, button: str, /, files: Any = None, **fields: Any) -> "Reader":
        """Fill in the form that has this button, and press it. A list fills a repeated field."""
        form, pressed = self._form_with(button)
        typed: dict[str, Any] = {}
        for name, value in form.form_values():
            typed.setdefault(name, []).append(value)
        known = {field.get("name") for field in form.iter("input", "select", "textarea", "button")}
        for name, value in fields.items():
            name = name.replace("__", "-")
            assert name in known, (
                f"the form '{button}' has no field '{name}': {sorted(known - {None})}"
            )
            typed[name] = value
        if pressed.get("name"):
            typed[pressed.get("name")] = pressed.get("value", "")
        action = pressed.get("formaction") or form.get("action") or self.url
        url = urljoin(self.url, action)
        if (form.get("method") or "get").lower() == "get":
            return self._settle(self.browser.get(url, params=typed))
        return self._settle(self.browser.post(url, typed, files=files))

    def _form_with(self, button: str) -> tuple[Any, Any]:
        for pressed in self.page.iter("button", "input"):
            if pressed.tag == "input" and pressed.get("type") != "submit":
                continue
            words = " ".join(pressed.text_content().split()) or pressed.get("value", "")
            label = pressed.get("aria-label") or ""
            if words.startswith(button) or label.startswith(button):
                form = pressed.getparent()
                owner = pressed.get("form")
                if owner:
                    return self.page.get_element_by_id(owner), pressed
                while form is not None and form.tag != "form":
                    form = form.getparent()
                if form is not None:
                    return form, pressed
        raise AssertionError(f"{self.url} has no button '{button}': {self.text[:400]}")

    def _settle(self, answer: httpx2.Response) -> "Reader":
        for _ in range(5):
            if answer.status_code != 303:
                break
            self.url = urljoin(self.url, answer.headers["location"])
            self.url = self.url.removeprefix(BASE)
            answer = self.browser.get(self.url)
        self.answer = answer
        assert answer.status_code < 400, f"{answer.status_code} at {self.url}: {self.text[:600]}"
        return self
