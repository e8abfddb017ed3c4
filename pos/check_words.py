"""Check words: two short words, the same on the till and on the phone.

A swapped or relayed code leads to another charge, and so, all but surely (1 in 4,096),
to other words; the customer sees it before money moves. They are drawn at random, so
that nobody can aim for a pair.
"""

import secrets

_COLORS = (
    "amber azure beige black blond blue brass bronze brown cherry clear coal copper coral "
    "cream crimson dark ebony fair flax frosty ginger gold gray green hazel honey indigo "
    "ivory jade khaki lemon light lilac lime maroon mint misty navy ocher olive opal orange "
    "pale peach pearl pink plum purple red rose ruby russet rust sandy scarlet silver slate "
    "snowy tan teal violet wheat white"
).split()
_ANIMALS = (
    "ant badger bat bear beaver bee bison boar buck camel cat cod colt crab crane cricket "
    "crow deer dog dove duck eagle eel elk falcon ferret finch fox frog goat goose gull hare "
    "hawk hen heron horse ibex jay koala lark lemur lion llama lynx mole moose moth mouse "
    "newt otter owl panda pony puffin quail raven robin seal sheep snail swan tiger trout"
).split()


def draw_check_word() -> str:
    """Draw a pair such as `amber otter`."""
    return f"{secrets.choice(_COLORS)} {secrets.choice(_ANIMALS)}"
