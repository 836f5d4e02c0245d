"""Words that say what a `Word:` at the start of a line is. PURE: data.

All but the letters are compared in casefold. They only tip the balance: shape and recurrence over
the whole file decide, so a language missing here still works.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLES = _words(
    """
    interviewer interviewee int ir ie participant respondent resp informant subject moderator
    mod facilitator researcher investigator speaker voice therapist client patient counselor
    counsellor psychologist psychiatrist clinician nurse doctor dr student teacher mentor
    supervisor host guest narrator transcriber translator interpreter observer assistant user
    human ai bot chatbot agent system me unknown unidentified multiple all everyone group several
    question answer frage antwort witness expert caregiver co-interviewer
    interviewter befragte befragter befragt teilnehmer teilnehmerin interviewerin sprecher
    sprecherin moderatorin proband probandin forscher forscherin
    enquêteur enquêtrice enquêté enquêtée intervieweuse participante chercheur chercheuse
    répondant répondante locuteur modérateur
    entrevistador entrevistadora entrevistado entrevistada informante investigador investigadora
    moderador moderadora participant
    intervistatore intervistatrice intervistato intervistata partecipante ricercatore
    geïnterviewde deelnemer onderzoeker respondente
    интервьюер респондент участник исследователь
    采访者 受访者 访谈者 被访者 被訪者 訪談者 受訪者 问 答 問 主持人 参与者 研究员
    聞き手 話し手 インタビュアー 面接者 参加者 면접자 참여자 연구자
    المحاور المحاورة المشارك المشاركة الباحث الباحثة
    מראיין מראיינת מרואיין מרואיינת
    """
)

LETTER_ROLES = frozenset("IPRQAB")
"""Single capital letters that are a speaker even where they stand once (I/P, I/R, Q/A, I/B)."""

ROLE_QUALIFIERS = _words(
    """
    male female man woman first second third one two three four unknown unidentified new other
    and und et y e & a b c d f m both lead co
    """
)

PARTICLES = _words(
    "de da di du del della dos das van von der den ter la le el al bin ben ibn y e und and et & of"
    " zu zur st"
)

METADATA = _words(
    """
    date time location place venue setting duration length recording file filename transcript
    transcription id code interview project study title subtitle topic subject version status
    author source url link language age gender sex occupation keywords abstract legend key present
    attendees participants speakers interviewers pseudonym persona mode format date/time
    medium platform session audio video recorded conducted transcribed transcriber
    transcriptionist reviewed
    transcripts position email site country city ethnicity pronouns tags created updated type
    datum ort dauer aufnahme transkript alter geschlecht thema lieu durée durata data luogo fecha
    lugar duración edad âge plaats tijd duur leeftijd
    дата место 日期 地点 地點 时间 時間 编号 編號 时长
    """
)
"""Keys of a header (`Date: 3 May`); also what a longer key ends or starts with."""

METADATA_ENDINGS = _words("id no no. nr nr. number date time code length name names by #")

NOT_SPEAKERS = _words(
    """
    note notes nb n.b ps p.s warning example examples e.g eg i.e ie. result results conclusion
    summary introduction background method methods discussion purpose aim goal reason reasons
    problem solution step steps part chapter section page table figure fig appendix item line
    point option day week month year phase stage level theme themes code codes category
    categories domain subject re fwd edit update correction remark remarks comment comments
    context overview outline agenda definition tip hint caution important remember first firstly
    second secondly third finally lastly also however therefore because so but and or then well
    yes no okay ok right honestly basically actually the this that these those it there here
    what why how when where who which pros cons advantages disadvantages strengths weaknesses
    http https ftp www mailto to from cc bcc sent hinweis anmerkung beispiel bemerkung remarque
    exemple nota ejemplo 注 注意 例如 备注 備註
    """
)
