#include "data/text/wordpiece.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "data/text/bert_characters.h"
#include "data/text/utf8_text.h"

namespace temblor {
namespace {

constexpr std::array<std::string_view, 4> kSpecialTokens = {"[CLS]", "[SEP]", "[PAD]", "[MASK]"};

void append_utf8(std::string& out, UChar32 c) {
    std::array<char, U8_MAX_LENGTH> bytes{};
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes.data(), length, c);
    out.append(bytes.data(), static_cast<size_t>(length));
}

// Control characters out, every blank a space, ideographs between spaces.
icu::UnicodeString clean(const icu::UnicodeString& text) {
    icu::UnicodeString cleaned;
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        if (is_bert_dropped(c)) continue;
        if (u_isUWhiteSpace(c)) {
            cleaned.append(u' ');
        } else if (is_bert_ideograph(c)) {
            cleaned.append(u' ').append(c).append(u' ');
        } else {
            cleaned.append(c);
        }
    }
    return cleaned;
}

}  // namespace

WordPiece::WordPiece(WordPieceOptions options, Vocabulary vocabulary)
    : options_(std::move(options)), vocabulary_(std::move(vocabulary)) {}

Result<std::unique_ptr<WordPiece>> WordPiece::create(WordPieceOptions options,
                                                     Vocabulary vocabulary) {
    std::unique_ptr<WordPiece> made(new WordPiece(std::move(options), std::move(vocabulary)));
    const auto unknown = made->vocabulary_.find(made->options_.unknown);
    if (!unknown) {
        return Status::invalid_argument(
            fmt::format("WordPiece vocabulary: token \"{}\" is missing", made->options_.unknown));
    }
    made->unknown_ = *unknown;
    made->pieces_ = LongestPieces(made->options_.continuation);
    for (uint32_t c = 0; c < made->vocabulary_.size(); ++c) {
        made->pieces_.add(made->vocabulary_.token(c), c);
    }
    return made;
}

bool WordPiece::is_special(uint32_t component) const {
    const std::string_view token = vocabulary_.token(component);
    return component == unknown_ ||
           std::find(kSpecialTokens.begin(), kSpecialTokens.end(), token) != kSpecialTokens.end();
}

Result<std::vector<uint32_t>> WordPiece::tokenize(std::string_view text) const {
    TEMBLOR_ASSIGN_OR_RETURN(const icu::UnicodeString raw, decode_utf8(text));
    icu::UnicodeString cleaned = clean(raw);
    if (options_.strip_accents) {
        UErrorCode code = U_ZERO_ERROR;
        const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(code);
        if (U_SUCCESS(code)) cleaned = nfd->normalize(cleaned, code);
        TEMBLOR_RETURN_IF_ERROR(icu_status(code, "Unicode normalisation"));
    }
    if (cleaned.isBogus()) return Status::resource_exhausted("no memory for WordPiece");

    std::vector<uint32_t> pieces;
    std::string word;
    uint64_t characters = 0;
    const auto end_word = [&] {
        if (!word.empty()) cut_word(word, characters, pieces);
        word.clear();
        characters = 0;
    };
    for (int32_t i = 0; i < cleaned.length(); i = cleaned.moveIndex32(i, 1)) {
        UChar32 c = cleaned.char32At(i);
        if (options_.strip_accents && is_bert_accent(c)) continue;
        if (options_.lower_case) c = u_tolower(c);
        if (c == ' ') {
            end_word();
        } else if (is_bert_punctuation(c)) {
            end_word();
            append_utf8(word, c);
            characters = 1;
            end_word();
        } else {
            append_utf8(word, c);
            ++characters;
        }
    }
    end_word();
    return pieces;
}

void WordPiece::cut_word(std::string_view word, uint64_t characters,
                         std::vector<uint32_t>& out) const {
    if (characters > options_.max_word_characters) {
        out.push_back(unknown_);
        return;
    }
    std::vector<LongestPieces::Piece> cut;
    if (!pieces_.cut(word, cut)) {
        out.push_back(unknown_);
        return;
    }
    for (const auto& piece : cut) out.push_back(piece.id);
}

}  // namespace temblor
