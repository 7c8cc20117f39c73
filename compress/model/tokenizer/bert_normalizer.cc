#include <vector>

#include <unicode/uchar.h>

#include "compress/model/tokenizer/normalizer.h"
#include "data/text/bert_characters.h"

namespace temblor {
namespace {

struct PlacedCharacter {
    UChar32 character;
    TextRange origin;
};

constexpr UChar32 kDottedCapitalI = 0x130;
constexpr UChar32 kDotAbove = 0x307;

// The characters between two starters: decomposed, in canonical order, each with the origin it has
// when those that are decomposed out of others share their place.
class AccentStripper {
public:
    AccentStripper(bool lowercase, AlignedText& out) : lowercase_(lowercase), out_(out) {}

    void push(UChar32 character, TextRange origin) {
        parts_.clear();
        decompose(character, false, parts_);
        for (size_t i = 0; i < parts_.size(); ++i) {
            if (combining_class_of(parts_[i].character) == 0) flush();
            pending_.push_back(parts_[i]);
            if (i == 0) origins_.push_back(origin);
        }
    }

    void flush() {
        if (pending_.size() > 1) sort_marks(pending_, 0);
        for (const auto& part : pending_) {
            if (part.change == 0 && taken_ < origins_.size()) current_ = origins_[taken_++];
            if (!is_bert_accent(part.character)) put(part.character);
        }
        pending_.clear();
        if (taken_ == origins_.size()) {
            origins_.clear();
            taken_ = 0;
        }
    }

    void put(UChar32 character) {
        if (!lowercase_) {
            out_.append(character, current_);
        } else if (character == kDottedCapitalI) {
            out_.append('i', current_);
            out_.append(kDotAbove, current_);
        } else {
            out_.append(u_tolower(character), current_);
        }
    }
    void put(UChar32 character, TextRange origin) {
        current_ = origin;
        put(character);
    }

private:
    bool lowercase_;
    AlignedText& out_;
    std::vector<CharacterChange> parts_;
    std::vector<CharacterChange> pending_;
    std::vector<TextRange> origins_;  ///< of characters before decomposition
    size_t taken_ = 0;
    TextRange current_;
};

}  // namespace

Status BertNormalizer::apply(AlignedText& text) const {
    AlignedText out;
    out.reserve(text.size());
    AccentStripper stripper(options_.lowercase, out);
    const auto put = [&](UChar32 character, TextRange origin) {
        if (options_.strip_accents) {
            stripper.push(character, origin);
        } else {
            stripper.put(character, origin);
        }
    };
    for (size_t i = 0; i < text.size();) {
        const size_t begin = i;
        UChar32 character = next_character(text.text(), i);
        if (options_.clean_text) {
            if (is_bert_dropped(character)) continue;
            if (u_isUWhiteSpace(character)) character = ' ';
        }
        const TextRange origin = text.origin(begin);
        if (options_.handle_chinese_chars && is_bert_ideograph(character)) {
            put(' ', origin);
            put(character, origin);
            put(' ', origin);
        } else {
            put(character, origin);
        }
    }
    stripper.flush();
    text = std::move(out);
    return check_normalized_size(text.size());
}

}  // namespace temblor
