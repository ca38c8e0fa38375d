"""Texts with names in them, made from a seed: chat between developers, clinical notes. No two pieces share a paragraph.

Nobody in them lives. They are for speed: how well names are found is counted on texts that others wrote.
"""

import random
from collections.abc import Callable, Iterator
from typing import Final

_GIVEN: Final = tuple(
    "Marta Kofi Ingrid Tomasz Aisha Rafael Mei Dmitri Fiona Hamid Lucía Sven Priya Owen Chiara Yusuf Elif Noah "
    "Zanele Ivan Camille Takeshi Greta Samuel Nadia Piotr Leilani Jorge Anneke Femi".split()
)
_FAMILY: Final = tuple(
    "Quill Osei Lindqvist Nowak Rahman Duarte Zhang Sokolov MacBride Karimi Ferrer Halvorsen Iyer Prichard Bellini "
    "Demir Yilmaz Abbott Khumalo Petrov Laurent Morita Vogel Okafor Haddad Kealoha Castro Visser Adeyemi".split()
)
_PLACES: Final = tuple("Ghent Lisbon Nairobi Osaka Leeds Turin Denver Gdansk Lyon Pune Cork Bergen Quito Malmo".split())
_FIRMS: Final = tuple("Northgate Freight,Kestrel Labs,Brightwater Bank,Orchard Health,Tallis & Reed".split(","))
_THINGS: Final = tuple(
    "the login page,the nightly build,the invoice export,the retry queue,the search index,the rate limiter,"
    "the migration script,the staging database,the webhook handler,the settings screen".split(",")
)
_WARDS: Final = tuple("ward 4,the day unit,intensive care,the stroke unit,outpatients,room 12".split(","))
_DRUGS: Final = tuple("metformin,ramipril,amoxicillin,warfarin,sertraline,salbutamol,bisoprolol".split(","))
_FINDINGS: Final = tuple(
    "chest clear,abdomen soft,no focal weakness,mild ankle oedema,wound dry,afebrile,pain 3 of 10".split(",")
)

_CHAT: Final = (
    "Could you look at {thing} again? {given} says it fails for users in {place} since yesterday's release.",
    "Thanks {given}, that fixed it. I'll tell {person} from {firm} when they call back this afternoon.",
    "I think the timeout is too short: with 300 rows it takes nine seconds, and the client gives up after five.",
    "we talked about this with {given} and {other}, the plan was to keep the old endpoint until {firm} has moved over",
    "Please write a test that opens {thing} with an empty list and expects no warning in the log.",
    "Why does the second call return nothing? The first one works, so it can't be the credentials.",
    "{person} asked whether we can show the balance in two currencies; {place} needs euros, everybody else dollars.",
    "ok let's ship it. If something breaks ping me or {given}, we are both around until six",
    "The customer ({person}, {place}) got two copies of the same letter. Find out whether {thing} ran twice.",
    "Rename the function, move it next to the parser and add a note on why the order of the two checks matters.",
    "When {given} is back from {place} we should sit down with {person} and agree on who owns {thing}.",
    "It's the cache: after a restart every key is missing for a minute, and each of them is fetched a hundred times.",
)
_NOTES: Final = (
    "{person}, {age} years old, was admitted to {ward} with shortness of breath. {finding}, {other_finding}.",
    "Seen by Dr {family} this morning: {finding}. Continue {drug}, repeat bloods tomorrow.",
    "Ms {family} lives in {place} with her daughter {given}, who can be reached during the day.",
    "Plan: {drug} twice daily, physiotherapy, review in six weeks. Discussed with {person} and the family.",
    "Patient reports poor sleep and no appetite since Tuesday. No fever, no vomiting, passing urine normally.",
    "Handover from {given} {family}, {ward}: stable overnight, saturation 96 % on room air, {finding}.",
    "Referred by {person} of {firm} for assessment of recurrent headaches. Neurological examination normal.",
    "Mr {family} declined {drug} after discussion of the risks. His wife {given} was present.",
    "Allergies: penicillin (rash). Medication on admission: {drug}. Smoking: 20 a day for {age} years.",
    "The wound was cleaned and closed in layers; stitches to come out after ten days at the practice in {place}.",
    "Telephone call with {given}, the patient's son: he will collect {person} on Friday from {ward}.",
    "Ultrasound of the abdomen: liver and spleen of normal size, no free fluid, gall bladder without stones.",
)


def chat(seed: int, chars: int) -> str:
    return _text(seed, chars, _CHAT)


def notes(seed: int, chars: int) -> str:
    return _text(seed, chars, _NOTES)


KINDS: Final[dict[str, Callable[[int, int], str]]] = {"chat": chat, "clinical notes": notes}
"""By name: text of so many characters from a seed."""


def _text(seed: int, chars: int, sentences: tuple[str, ...]) -> str:
    paragraphs, length = [], 0
    for paragraph in _paragraphs(random.Random(seed), sentences):
        paragraphs.append(paragraph)
        length += len(paragraph) + 2
        if length >= chars:
            break
    return "\n\n".join(paragraphs)[:chars]


def _paragraphs(chance: random.Random, sentences: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield " ".join(_filled(chance, sentence) for sentence in chance.sample(sentences, chance.randint(2, 5)))


def _filled(chance: random.Random, sentence: str) -> str:
    given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
    finding, other_finding = chance.sample(_FINDINGS, 2)
    return sentence.format(
        given=given,
        family=family,
        person=f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}",
        other=chance.choice(_GIVEN),
        place=chance.choice(_PLACES),
        firm=chance.choice(_FIRMS),
        thing=chance.choice(_THINGS),
        ward=chance.choice(_WARDS),
        drug=chance.choice(_DRUGS),
        finding=finding,
        other_finding=other_finding,
        age=chance.randint(19, 94),
    )
