#!/usr/bin/env python3
"""Writes the manual page (section 1) of a command to stdout, from the declarations that the command itself dumps.

    tools/manual.py .build/release/lstm-train > lstm-train.1
"""

import json
import subprocess
import sys

COMMANDS = ["lstm-train", "lstm-resume", "lstm-predict", "lstm-inspect", "lstm-convert"]
EXIT_CODES = [
    ("0", "Done."),
    ("1", "--diff found differences."),
    ("64", "The command line is wrong."),
    ("65", "The data or the checkpoint is not as it should be, or training diverged."),
    ("66", "An input was not found, or cannot be read."),
    ("73, 74", "The output cannot be created; reading or writing failed."),
    ("75", "Another process is writing this checkpoint."),
    ("129, 130, 143, 152", "Stopped by SIGHUP, SIGINT, SIGTERM or SIGXCPU, after the state was saved."),
]


def roff(text):
    """The text with everything escaped that troff would take for its own."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("…", "...").replace("—", "\\(em")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def spelled(argument):
    """An option with its value, as it is written."""
    value = "\\fI" + roff(argument.get("valueName", "")) + "\\fR"
    if argument["kind"] == "positional":
        return value
    names = ["\\fB" + roff(("-" if name["kind"] == "short" else "--") + name["name"]) + "\\fR"
             for name in sorted(argument["names"], key=lambda name: name["kind"] == "long")]
    repeats = " ..." if argument.get("isRepeating") else ""
    return ", ".join(names) + (" " + value + repeats if argument["kind"] == "option" else "")


def explained(argument):
    text = argument.get("abstract", "")
    values = argument.get("allValues") or argument.get("allValueStrings") or []
    if values:
        text += f" One of {', '.join(values)}."
    default = argument.get("defaultValue")
    if default and argument["kind"] == "option":
        text += f" (default: {default})"
    return roff(text.strip())


def page(info):
    command = info["command"]
    name = command["commandName"]
    shown = [argument for argument in command["arguments"] if argument.get("shouldDisplay", True)]
    version = subprocess.run([sys.argv[1], "--version"], check=True, capture_output=True, text=True).stdout.strip()
    lines = [f'.TH "{roff(name).upper()}" 1 "" "{roff(version)}" "LSTM Toolkit"', ".SH NAME",
             f"{roff(name)} \\- {roff(command['abstract'].rstrip('.'))}", ".SH SYNOPSIS", f"\\fB{roff(name)}\\fR [\\fIoptions\\fR]"]
    for argument in shown:
        if argument["kind"] == "positional" or not argument["isOptional"] and argument["kind"] == "option" \
                and "defaultValue" not in argument:
            lines.append(spelled(argument))

    # The discussion: paragraphs, and headings in capitals with lines that keep their breaks.
    description, examples, current = [], [], None
    for line in command.get("discussion", "").split("\n"):
        if line.endswith(":") and line.split(",")[0].rstrip(":").isupper():
            heading = line.rstrip(":")
            current = examples if heading == "EXAMPLES" else description
            if current is description:
                current.append(".SS " + roff(heading.capitalize()))
        elif line.startswith("  "):
            (current if current is not None else description).extend([".nf", ".RS 2", roff(line[2:].rstrip()), ".RE", ".fi"])
        elif line.strip():
            description.extend([".PP", roff(line.strip())])
    lines += [".SH DESCRIPTION", roff(command["abstract"])] + description

    sections = {}
    for argument in shown:
        title = argument.get("sectionTitle") or ("Arguments" if argument["kind"] == "positional" else "Options")
        sections.setdefault(title, []).append(argument)
    sections["Options"] = sections.pop("Options", [])
    lines.append(".SH OPTIONS")
    for title, arguments in sections.items():
        lines.append(".SS " + roff(title))
        for argument in arguments:
            lines += [".TP", spelled(argument), explained(argument)]
    if examples:
        lines += [".SH EXAMPLES"] + examples
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES:
        if code != "1" or name == "lstm-inspect":
            lines += [".TP", f"\\fB{code}\\fR", roff(meaning)]
    lines += [".SH SEE ALSO", ",\n".join(f"\\fB{roff(other)}\\fR(1)" for other in COMMANDS if other != name)]
    return "\n".join(lines) + "\n"


if len(sys.argv) != 2:
    sys.exit(__doc__)
print(page(json.loads(subprocess.run([sys.argv[1], "--experimental-dump-help"], check=True, capture_output=True,
                                     text=True).stdout)), end="")
