#include "compress/model/tokenizer/normal_form.h"

#include <algorithm>
#include <optional>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "compress/model/tokenizer/text_rewriter.h"
#include "data/text/bert_characters.h"
#include "data/text/utf8_text.h"

namespace temblor {
namespace {

constexpr int kNormalFormUnicode = 9;

struct FormTables {
    const icu::Normalizer2* nfc;
    const icu::Normalizer2* nfd;
    const icu::Normalizer2* nfkc;
    const icu::Normalizer2* nfkd;
    UErrorCode code;
};

const FormTables& form_tables() {
    static const FormTables tables = [] {
        FormTables made{};
        made.code = U_ZERO_ERROR;
        made.nfc = icu::Normalizer2::getNFCInstance(made.code);
        made.nfd = icu::Normalizer2::getNFDInstance(made.code);
        made.nfkc = icu::Normalizer2::getNFKCInstance(made.code);
        made.nfkd = icu::Normalizer2::getNFKDInstance(made.code);
        return made;
    }();
    return tables;
}

const icu::Normalizer2* table_of(NormalForm form) {
    switch (form) {
        case NormalForm::kNfc:
            return form_tables().nfc;
        case NormalForm::kNfd:
            return form_tables().nfd;
        case NormalForm::kNfkc:
            return form_tables().nfkc;
        case NormalForm::kNfkd:
            return form_tables().nfkd;
    }
    return nullptr;
}

std::optional<UChar32> compose_characters(UChar32 first, UChar32 second) {
    if (first < 0x3C && second < 0x300) return std::nullopt;
    const UChar32 made = form_tables().nfc->composePair(first, second);
    if (made < 0 || !is_as_old_as(made, kNormalFormUnicode)) return std::nullopt;
    return made;
}

// Decomposed and sorted characters in, composed ones out.
class CharacterComposer {
public:
    explicit CharacterComposer(TextRewriter& out) : out_(out) {}

    void push(CharacterChange next) {
        const uint8_t ccc = combining_class_of(next.character);
        if (!starter_) {
            if (ccc == 0) {
                starter_ = next;
            } else {
                put(next);
            }
            return;
        }
        if (!last_class_ || *last_class_ < ccc) {
            if (const auto made = compose_characters(starter_->character, next.character)) {
                starter_ = CharacterChange{*made, starter_->change + next.change - 1};
                return;
            }
        }
        if (ccc != 0) {
            marks_.push_back(next);
            last_class_ = ccc;
            return;
        }
        flush();
        starter_ = next;
    }

    void flush() {
        if (starter_) put(*starter_);
        for (const auto& mark : marks_) put(mark);
        starter_.reset();
        marks_.clear();
        last_class_.reset();
    }

private:
    void put(CharacterChange c) { out_.put(c.character, c.change); }

    TextRewriter& out_;
    std::optional<CharacterChange> starter_;
    std::vector<CharacterChange> marks_;
    std::optional<uint8_t> last_class_;
};

}  // namespace

uint8_t combining_class_of(UChar32 character) {
    if (character < 0x300) return 0;
    const uint8_t ccc = u_getCombiningClass(character);
    return ccc != 0 && is_as_old_as(character, kNormalFormUnicode) ? ccc : uint8_t{0};
}

bool is_combining_mark(UChar32 character) {
    if (character < 0x300) return false;
    // Their categories were others in Unicode 9.
    if (character == 0x1CF2 || character == 0x1CF3) return true;
    if (character == 0x111C9) return false;
    return (U_GET_GC_MASK(character) & U_GC_M_MASK) != 0 &&
           is_as_old_as(character, kNormalFormUnicode);
}

void decompose(UChar32 character, bool compatible, std::vector<CharacterChange>& out) {
    if (character >= 0xA0) {
        const auto* table = compatible ? form_tables().nfkd : form_tables().nfd;
        icu::UnicodeString parts;
        if (table->getDecomposition(character, parts) &&
            is_as_old_as(character, kNormalFormUnicode)) {
            for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
                out.push_back({parts.char32At(i), i == 0 ? 0 : 1});
            }
            return;
        }
    }
    out.push_back({character, 0});
}

void sort_marks(std::vector<CharacterChange>& characters, size_t begin) {
    std::stable_sort(characters.begin() + static_cast<std::ptrdiff_t>(begin), characters.end(),
                     [](const CharacterChange& a, const CharacterChange& b) {
                         return combining_class_of(a.character) < combining_class_of(b.character);
                     });
}

Status normalize(NormalForm form, AlignedText& text) {
    UErrorCode code = form_tables().code;
    TEMBLOR_RETURN_IF_ERROR(icu_status(code, "Unicode normalisation"));
    const icu::StringPiece bytes(text.text().data(), static_cast<int32_t>(text.size()));
    if (table_of(form)->isNormalizedUTF8(bytes, code) && U_SUCCESS(code)) return {};
    TEMBLOR_RETURN_IF_ERROR(icu_status(code, "Unicode normalisation"));

    const bool compatible = form == NormalForm::kNfkc || form == NormalForm::kNfkd;
    const bool composed = form == NormalForm::kNfc || form == NormalForm::kNfkc;
    AlignedText out;
    out.reserve(text.size());
    TextRewriter rewriter(text, out);
    CharacterComposer composer(rewriter);
    std::vector<CharacterChange> pending;  // a starter and the marks behind it
    std::vector<CharacterChange> parts;
    const auto emit = [&] {
        sort_marks(pending, 0);
        for (const auto& c : pending) {
            if (composed) {
                composer.push(c);
            } else {
                rewriter.put(c.character, c.change);
            }
        }
        pending.clear();
    };
    for (size_t i = 0; i < text.size();) {
        parts.clear();
        decompose(next_character(text.text(), i), compatible, parts);
        for (const auto& part : parts) {
            if (combining_class_of(part.character) == 0) emit();
            pending.push_back(part);
        }
    }
    emit();
    composer.flush();
    text = std::move(out);
    return {};
}

}  // namespace temblor
