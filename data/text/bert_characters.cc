#include "data/text/bert_characters.h"

#include <algorithm>
#include <array>

#include <unicode/uchar.h>

namespace temblor {
namespace {

constexpr int kBertUnicode = 8;

struct CharacterRange {
    UChar32 first;
    UChar32 last;
};

// The last but one begins where `tokenizers` has it begin; BERT's own code says 2B820.
constexpr std::array<CharacterRange, 8> kBertIdeographs = {{{0x3400, 0x4DBF},
                                                            {0x4E00, 0x9FFF},
                                                            {0xF900, 0xFAFF},
                                                            {0x20000, 0x2A6DF},
                                                            {0x2A700, 0x2B73F},
                                                            {0x2B740, 0x2B81F},
                                                            {0x2B920, 0x2CEAF},
                                                            {0x2F800, 0x2FA1F}}};

}  // namespace

bool is_as_old_as(UChar32 character, int major) {
    UVersionInfo age;
    u_charAge(character, age);
    return age[0] != 0 && age[0] <= major && (age[0] < major || age[1] == 0);
}

bool is_bert_dropped(UChar32 c) {
    if (c == '\t' || c == '\n' || c == '\r') return false;
    if (c < 0x80) return c < 0x20 || c == 0x7F;
    if (c == 0xFFFD) return true;
    return (U_GET_GC_MASK(c) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0 &&
           is_as_old_as(c, kBertUnicode);
}

bool is_bert_punctuation(UChar32 c) {
    if (c < 0x80) return c > 32 && c < 127 && !u_isalnum(c);
    // Their categories were others in Unicode 8.
    if (c == 0x166D || c == 0x111C9) return true;
    return (U_GET_GC_MASK(c) & U_GC_P_MASK) != 0 && is_as_old_as(c, kBertUnicode);
}

bool is_bert_ideograph(UChar32 c) {
    return c >= kBertIdeographs.front().first &&
           std::any_of(
               kBertIdeographs.begin(), kBertIdeographs.end(),
               [c](const CharacterRange& range) { return c >= range.first && c <= range.last; });
}

bool is_bert_accent(UChar32 c) {
    if (c < 0x300) return false;
    if (c == 0x1734) return true;
    if (c == 0x1885 || c == 0x1886 || c == 0xA9BD || c == 0x111C9) return false;
    return u_charType(c) == U_NON_SPACING_MARK && is_as_old_as(c, kBertUnicode);
}

}  // namespace temblor
