"""Lines of any script as outlines."""

from pos.print.fonts import Weight
from pos.print.text_shaping import Frame, Line, count_lines, set_lines

WIDE = 1_000_000.0


def set_line(text, *, width=WIDE, country="CN", weight=Weight.REGULAR):
    return set_lines(text, Frame(weight=weight, country=country, width=width))


def say_lines(text, width):
    return [line.text for line in set_line(text, width=width)]


def test_a_han_character_is_as_wide_as_high():
    (line,) = set_line("港湾小店")

    assert (line.text, line.width) == ("港湾小店", 4000)


def test_nothing_is_one_empty_line():
    assert set_line("") == [Line(text="", path="", width=0)]


def test_han_is_parted_between_any_two_and_no_mark_begins_a_line():
    assert say_lines("港湾小店", 2000) == ["港湾", "小店"]
    assert say_lines("港湾、小店", 2000) == ["港", "湾、", "小店"]
    assert say_lines("港湾「小店", 3000) == ["港湾", "「小店"]


def test_other_words_are_parted_where_there_is_a_space():
    assert say_lines("Кафе Гавань", 4000) == ["Кафе", "Гавань"]
    assert say_lines("항구 상점", 3000) == ["항구", "상점"]


def test_a_word_that_fits_no_line_is_parted_between_letters():
    lines = say_lines("Достопримечательность", 3000)

    assert "".join(lines) == "Достопримечательность"
    assert len(lines) == 5


def test_no_line_is_wider_than_the_frame():
    text = "港湾小店 Kiosk Гавань บ้านกาแฟท่าเรือ क्षत्रिय " * 3

    lines = set_line(text.strip(), width=5000)

    assert max(line.width for line in lines) <= 5000
    said = "".join(line.text for line in lines)
    assert said.replace(" ", "") == text.replace(" ", "")


def test_lines_are_counted_without_being_drawn():
    frame = Frame(weight=Weight.BOLD, country="CN", width=3000)

    assert count_lines("港湾小店 Kiosk", frame) == len(set_lines("港湾小店 Kiosk", frame)) == 3


def test_right_to_left_writing_begins_at_the_right():
    (alone,) = set_line("שלום")
    (beside,) = set_line("שלום 7")
    (digit,) = set_line("7")

    # The digit is read after the word, and stands left of it.
    assert beside.path.startswith(digit.path[:20])
    assert beside.width > alone.width + digit.width


def test_in_a_latin_sentence_hebrew_is_an_island_that_runs_the_other_way():
    (line,) = set_line("ab שא Ł")
    (hebrew,) = set_line("שא")
    (start,) = set_line("ab")

    shin, alef = (set_line(each)[0].width for each in "שא")
    assert hebrew.width == shin + alef
    assert line.path.startswith(start.path)


def test_arabic_letters_join():
    (joined,) = set_line("بب")
    (alone,) = set_line("ب")

    assert joined.width < 2 * alone.width


def test_devanagari_forms_its_conjuncts():
    (conjunct,) = set_line("क्ष")
    (apart,) = set_line("क\u200cष")

    assert conjunct.width < apart.width


def test_bold_is_wider_and_another_drawing():
    (regular,), (bold,) = set_line("Гавань"), set_line("Гавань", weight=Weight.BOLD)

    assert bold.width > regular.width
    assert bold.path != regular.path


def test_a_letter_that_no_font_holds_is_a_box():
    (missing,) = set_line("\ua997")
    (other,) = set_line("\ua9ae")

    assert missing.path == other.path != ""


def test_a_bone_is_drawn_as_the_readers_know_it():
    paths = {country: set_line("骨", country=country)[0].path for country in ("CN", "IE", "JP")}

    assert paths["CN"] == paths["IE"] != paths["JP"]
