"""What an expression of PromQL names: metrics, matchers, labels, numbers compared with. Enough for the queries that the generator writes."""

import re

STRING = r'"(?:[^"\\]|\\.)*"'
LABELS = r"\(([^()]*)\)"
OWN = ("agora_", "process_")


def unquoted(expr):
    """The expression with its strings empty."""
    return re.sub(STRING, '""', expr)


def selectors(expr):
    """(metric, {label: (operator, value)}) of every vector selector."""
    bare = re.sub(STRING, lambda m: m.group(0).replace("{", "\x01").replace("}", "\x02").replace(",", "\x03"), expr)
    found = re.findall(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}", bare)
    with_matchers = [(name, {label: (operator, value) for label, operator, value in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', m)}) for name, m in found]
    naked = re.findall(r"(?<![\w:])((?:agora|process|app|up)[a-zA-Z0-9_:]*)(?![\w:]|\s*[{(\"])", re.sub(r"\{[^}]*\}", "{}", bare))
    return with_matchers + [(n, {}) for n in naked if n.startswith(OWN) or ":" in n or n == "up"]


def metrics(expr):
    return {name for name, _ in selectors(expr)}


def in_brackets(text):
    """What stands within the round brackets that the text begins with."""
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if not depth:
            return text[1:i]
    return text


def names(text):
    return [label for label in re.split(r"\s*,\s*", text.strip()) if label]


def aggregations(expr):
    """(by or without, labels, what is aggregated), the outermost first."""
    for found in re.finditer(r"\b(by|without)\s*" + LABELS + r"\s*(?=\()", expr):
        yield found.group(1), names(found.group(2)), in_brackets(expr[found.end():])


def matchings(expr):
    """(labels of on, those that group_left brings, what is on the left, the first metric on the right)"""
    for found in re.finditer(r"\bon\s*" + LABELS + r"(?:\s*group_left\s*" + LABELS + ")?", expr):
        right = re.search(r"\b(?:agora_|process_|app\w*:)[\w:]+", expr[found.end():])
        yield names(found.group(1)), names(found.group(2) or ""), expr[:found.start()], right.group(0) if right else ""


def made_labels(expr):
    """Labels that label_replace() adds."""
    return set(re.findall(r'"(\w+)", "[^"]*", "\w+", "[^"]*"\)', expr))


def compared_with(expr):
    """Numbers on the right of a comparison."""
    return [float(n) for n in re.findall(r"(?:==|!=|>=|<=|>|<)\s*(?:bool\s+)?(-?\d[\d.]*(?:e[+-]?\d+)?)", unquoted(expr))]
