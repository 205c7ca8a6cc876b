"""Guard-rails and glossary over every text that a visitor can read, in both languages."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import model
import scenarios
import viz
from viz.texts import spaced

ROOTS = [Path(package.__file__).parent for package in (viz, scenarios, model)]

FILES = (
    *sorted((ROOTS[0] / "texts").glob("*.toml")),
    *sorted((ROOTS[0] / "workshop").glob("*.toml")),
    *sorted((ROOTS[0] / "figures").glob("*.toml")),
    *sorted((ROOTS[1] / "library").rglob("*.toml")),
    *sorted((ROOTS[2] / "procurement").rglob("*.toml")),
    *sorted((ROOTS[2] / "indicators").glob("*.toml")),
    *sorted((ROOTS[2] / "hypotheses").glob("*.toml")),
    *sorted((ROOTS[2] / "structure").glob("*.toml")),
)


def language_of(key: str) -> str:
    """Return the language that the name of a field tells; empty where it holds no text."""
    if key == "why" or key == "fr" or key.endswith("_fr"):
        return "fr"
    return "en" if key == "en" or key.endswith("_en") else ""


def walk(value: object, path: str, language: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the place, language and words of every text of a table."""
    if isinstance(value, str):
        if language:
            yield path, language, value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from walk(item, f"{path}.{place}", language)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, f"{path}.{key}", language_of(key) or language)


def all_texts() -> list[tuple[str, str, str]]:
    """Return the place, language and words of every text."""
    found: list[tuple[str, str, str]] = []
    for path in FILES:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        found += walk(table, path.name)
    return found


TEXTS = all_texts()

FORBIDDEN: dict[str, dict[str, str]] = {
    "fr": {
        "des emplois ne sont pas « créés » mais soutenus, ou supplémentaires": (
            r"(?:emplois?|postes?|ETP)\s(?:\w+\s)?créés?\b|\bcré(?:er|ent|era|ation)s?\s"
            r"(?:des\s|de\s|d')(?:emplois?|postes?)"
        ),
        "accord-cadre à bons de commande": r"marchés?\s(?:\w+\s)?à\sbons\sde\scommande",
        "clause sociale d'insertion, pour les heures seulement": (
            r"(?<!facilitateurs des )(?<!facilitateur des )(?<!facilitatrice des )"
            r"\bclauses?\ssociales?\b(?!\sd'insertion)"
        ),
        "appel d'offres, pour la seule procédure formalisée": (
            r"appels?\sd'offres(?!\s(?:ouvert|restreint|formalisé))"
        ),
        "délai global de paiement, en toutes lettres": r"\bDGP\b",
        "personnes éloignées de l'emploi": (
            r"éloignée?s?\sdu\s(?:marché\sdu\s)?travail|(?<!personnes )éloignée?s?\sde\sl'emploi"
        ),
        "pas de classement des EPCI": (
            r"(?<!sans )(?<!pas de )(?<!ni )\bclassements?\b|palmarès|meilleurs?\sEPCI"
        ),
        "une simulation, pas une prévision": (
            r"(?<!pas )(?<!pas une )(?<!pas de )(?<!ni )\bprévisions?\b|\bpronosti|\bprédiction"
        ),
        "rien n'est promis": r"\bgaranti(?:t|ra|ssent)\b|\bpromet|\bassurera\b|\bva\scréer\b",
        "SIAE n'a ni EA ni ESAT ; ensemble : structures inclusives": (
            r"SIAE\s?\((?:[^)]*\b(?:EA|ESAT)\b)|SIAE,?\s(?:dont|y\scompris)\s(?:les\s)?(?:EA|ESAT)"
        ),
        "simulation, et non tirage": r"\btirages?\b",
        "sourçage (sourcing)": r"(?<!sourçage \()\bsourcing\b",
        "objectifs sans moyens, priorité au prix": r"\bmoins-disant\b|\bpaper-only\b",
        "guillemets français": r'"|“|”|(?<![\w\u2019])\'[^\'\[]+\'(?!\w)',
    },
    "en": {
        "jobs are supported or additional, never created": (
            r"jobs?\s(?:\w+\s)?created|\bcreat(?:e|es|ed|ing|ion\sof)\s(?:\w+\s)?jobs?|job\screation"
        ),
        "late or global payment time in words": r"\bDGP\b",
        "no ranking of EPCI": (r"(?<!not )(?<!no )\brank(?:ed|ing|s)\b|league\stable|\bbest\sEPCI"),
        "a simulation, not a forecast": (
            r"(?<!not a )(?<!no )\bforecasts?\b|(?<!what )\bwill\s(?:create|happen|bring)\b"
        ),
        "nothing is promised": (
            r"\bguaranteed\b|\bguarantees?\s(?:that|a|an|the)\b|\bpromis(?:e|es|ed)\b"
        ),
        "jobs are not far from a market": r"far\sfrom\sthe\s(?:job|labour)\smarket",
        "double quotes are not used": r'"|“|”',
    },
}

REAL_FIRMS = (
    "ArcelorMittal|Aluminium Dunkerque|Verkor|Envision|ProLogium|Orano|Eiffage|Vinci|Bouygues|"
    "Colas|Eurovia|Spie|Sodexo|Elior|Api Restauration|Compass|Veolia|Suez|Dalkia|Engie|Saur|"
    "Keolis|Transdev|Capgemini|Accenture|Onet|Derichebourg|Nestlé|Roquette|Arc International|"
    "Bonduelle|Decathlon|Auchan|Leroy Merlin|Bic|Tereos|Lesaffre|Heineken|Getlink|Lactalis"
)
"""Firms that a user of the territory would recognise."""


@pytest.mark.parametrize(
    ("language", "rule"), [(lang, rule) for lang, rules in FORBIDDEN.items() for rule in rules]
)
def test_words_that_no_text_may_hold(language, rule):
    pattern = re.compile(FORBIDDEN[language][rule], re.IGNORECASE)
    wrong = [
        f"{place}: {words}"
        for place, spoken, words in TEXTS
        if spoken == language and pattern.search(words)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_text_names_a_real_firm():
    pattern = re.compile(rf"\b(?:{REAL_FIRMS})\b")
    assert not [f"{place}: {words}" for place, _, words in TEXTS if pattern.search(words)]


@pytest.mark.parametrize(
    "words",
    [
        "120 emplois créés",
        "un marché à bons de commande",
        "une clause sociale",
        "les appels d'offres",
        "le DGP",
        "le classement des EPCI",
        "Notre prévision",
        'un "mot"',
    ],
)
def test_the_rules_find_what_they_forbid(words):
    assert any(re.search(rule, words, re.IGNORECASE) for rule in FORBIDDEN["fr"].values())


@pytest.mark.parametrize(
    "words",
    [
        "Simulation, pas prévision.",
        "un accord-cadre à bons de commande",
        "des clauses sociales d'insertion et des facilitateurs des clauses sociales",
        "Les EPCI sont montrés sans classement",
        "appel d'offres ouvert",
    ],
)
def test_the_rules_let_right_words_pass(words):
    assert not [r for r, rule in FORBIDDEN["fr"].items() if re.search(rule, words, re.IGNORECASE)]


def entries() -> list[tuple[str, dict[str, str]]]:
    """Return the entries of the tables of texts: a key and its words by language."""
    return [
        (f"{path.stem}.{key}", entry)
        for path in sorted((ROOTS[0] / "texts").glob("*.toml"))
        for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]


def places(words: str) -> set[str]:
    """Return the names of the places that are filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_every_text_is_in_both_languages_with_the_same_places():
    wrong = []
    for key, entry in entries():
        if set(entry) != {"fr", "en"} or not all(words.strip() for words in entry.values()):
            wrong.append(f"{key}: {sorted(entry)}")
        elif places(entry["fr"]) != places(entry["en"]):
            wrong.append(f"{key}: {places(entry['fr'])} {places(entry['en'])}")
    assert not wrong, "\n".join(wrong)


def test_every_pair_of_fields_is_in_both_languages():
    # registers, library and kit hold their texts in pairs of fields; English units have no suffix
    places = {place for place, _, _ in TEXTS}
    wrong = [
        place
        for place in sorted(places)
        if re.search(r"_fr(?:\.\d+)?$", place)
        and not place.endswith(".unit_fr")
        and re.sub(r"_fr(?=(?:\.\d+)?$)", "_en", place) not in places
    ]
    wrong += [p for p in sorted(places) if p.endswith(".why") and f"{p}_en" not in places]
    assert not wrong, "\n".join(wrong)


def test_high_marks_keep_to_their_words():
    for place, language, words in TEXTS:
        if language == "fr" and "\n" not in words:
            assert not re.search(r"\w[;?!](?:\s|$)", spaced(words, "fr")), (place, words)


SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for ending in ("*.py", "*.vue", "*.js")
    for path in sorted(ROOTS[0].rglob(ending))
)


@pytest.mark.parametrize("table", sorted(p.stem for p in (ROOTS[0] / "texts").glob("*.toml")))
def test_every_text_is_used(table):
    path = ROOTS[0] / "texts" / f"{table}.toml"
    named = set(re.findall(r"\w+", SOURCES))
    begun = set(re.findall(r"""['"](\w+_)(?:\{|['"] ?\+)""", SOURCES))
    begun |= {f"{start}_" for start in re.findall(r"""_entries\(['"](\w+)['"]""", SOURCES)}
    ended = set(re.findall(r"""\}(_\w+)['"]""", SOURCES))
    between = [
        re.compile(f"{re.escape(start)}.+{re.escape(end)}$")
        for start, end in re.findall(r"""['"](\w+_)\{[^}]+\}(_\w+)['"]""", SOURCES)
    ]
    unused = [
        key
        for key in tomllib.loads(path.read_text(encoding="utf-8"))
        if key not in named
        and not any(key.startswith(start) for start in begun)
        and not any(key.endswith(end) for end in ended)
        and not any(pattern.match(key) for pattern in between)
    ]
    assert not unused, unused
