#include "compress/model/tokenizer/post_processor.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace temblor {
namespace {

bool within_character(std::string_view text, size_t position) {
    return position < text.size() && (static_cast<unsigned char>(text[position]) & 0xC0) == 0x80;
}

// The rule "longest first" of `tokenizers`: the longer text is cut to what the other leaves, and
// both to halves if the shorter one is longer than that.
void cut_to(size_t most, TokenRun& first, TokenRun* second) {
    const size_t first_size = first.tokens.size();
    const size_t second_size = second == nullptr ? 0 : second->tokens.size();
    if (first_size + second_size <= most) return;
    if (second == nullptr) {
        first.tokens.resize(most);
        return;
    }
    const bool swapped = first_size > second_size;
    size_t shorter = std::min(first_size, second_size);
    size_t longer = shorter > most ? shorter : std::max(shorter, most - shorter);
    if (shorter + longer > most) {
        shorter = most / 2;
        longer = shorter + most % 2;
    }
    if (swapped) std::swap(shorter, longer);
    first.tokens.resize(std::min(first_size, shorter));
    second->tokens.resize(std::min(second_size, longer));
}

void append_run(Encoding& out, const TokenRun& run, uint8_t type_id, uint8_t sequence) {
    for (const auto& token : run.tokens) {
        out.ids.push_back(token.id);
        out.offsets.push_back(token.offsets);
    }
    out.special.resize(out.ids.size(), 0);
    out.type_ids.resize(out.ids.size(), type_id);
    out.sequence.resize(out.ids.size(), sequence);
}

}  // namespace

size_t PostProcessor::added(bool of_pair) const {
    size_t count = 0;
    for (const Piece& piece : of_pair ? pair : single) count += piece.ids.size();
    return count;
}

void PostProcessor::trim(TokenRun& run, std::string_view text) const {
    for (size_t i = 0; i < run.tokens.size(); ++i) {
        auto& token = run.tokens[i];
        auto& [begin, end] = token.offsets;
        uint32_t leading = token.leading;
        if (leading == 1 && add_prefix_space && (i == 0 || begin == 0)) leading = 0;
        for (; leading > 0 && begin < end; --leading) {
            do ++begin;
            while (begin < end && within_character(text, begin));
        }
        if (end < token.trailing) continue;
        for (uint32_t n = token.trailing; n > 0 && end > begin; --n) {
            do --end;
            while (end > begin && within_character(text, end));
        }
    }
}

Result<Encoding> PostProcessor::finish(TokenRun first, std::string_view first_text,
                                       TokenRun* second, std::string_view second_text,
                                       const EncodeOptions& options) const {
    const size_t around = options.add_special_tokens ? added(second != nullptr) : 0;
    if (options.max_length > 0) {
        if (options.max_length < around) {
            return Status::invalid_argument(fmt::format(
                "max_length {}: the template alone adds {} tokens", options.max_length, around));
        }
        cut_to(options.max_length - around, first, second);
    }
    if (trim_offsets) {
        trim(first, first_text);
        if (second != nullptr) trim(*second, second_text);
    }
    Encoding out;
    const size_t total =
        around + first.tokens.size() + (second == nullptr ? 0 : second->tokens.size());
    out.ids.reserve(total);
    out.offsets.reserve(total);
    for (const Piece& piece : second == nullptr ? single : pair) {
        if (piece.kind == Piece::Kind::kFirst) {
            append_run(out, first, piece.type_id, 0);
        } else if (piece.kind == Piece::Kind::kSecond) {
            if (second != nullptr) append_run(out, *second, piece.type_id, 1);
        } else if (options.add_special_tokens) {
            out.ids.insert(out.ids.end(), piece.ids.begin(), piece.ids.end());
            out.offsets.resize(out.ids.size());
            out.special.resize(out.ids.size(), 1);
            out.type_ids.resize(out.ids.size(), piece.type_id);
            out.sequence.resize(out.ids.size(), 0);
        }
    }
    return out;
}

}  // namespace temblor
