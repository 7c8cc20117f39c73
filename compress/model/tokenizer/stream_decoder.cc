#include "compress/model/tokenizer/stream_decoder.h"

#include <string_view>
#include <utility>

namespace temblor {
namespace {

// Bytes that no character uses would hold back text for ever.
constexpr size_t kMostHeldTokens = 16;
// A character of four bytes has at most so many when the last one is missing.
constexpr size_t kMostUnfinished = 3;

bool ends_within_character(std::string_view text) { return text.ends_with("\xEF\xBF\xBD"); }

}  // namespace

Result<std::string> StreamDecoder::decode_first(size_t tokens) const {
    const auto end = held_.begin() + static_cast<std::ptrdiff_t>(tokens);
    return tokenizer_.decode(std::vector<uint32_t>(held_.begin(), end), skip_special_);
}

Result<std::string> StreamDecoder::fresh(const std::string& text, size_t tokens) const {
    if (text.starts_with(given_)) return text.substr(given_.size());
    // Ill-formed bytes have changed what came before.
    const auto first = held_.begin() + static_cast<std::ptrdiff_t>(context_);
    const auto end = held_.begin() + static_cast<std::ptrdiff_t>(tokens);
    return tokenizer_.decode(std::vector<uint32_t>(first, end), skip_special_);
}

Result<std::string> StreamDecoder::push(uint32_t id) {
    held_.push_back(id);
    size_t tokens = held_.size();
    auto decoded = decode_first(tokens);
    if (!decoded.is_ok()) {
        held_.pop_back();
        return decoded;
    }
    const bool full = held_.size() - context_ >= kMostHeldTokens;
    if (!full && (ends_within_character(*decoded) || decoded->size() <= given_.size())) {
        return std::string();
    }
    if (ends_within_character(*decoded)) {
        // Without the tokens of a character in parts, what comes before it spells the least.
        for (size_t without = 1; without <= kMostUnfinished; ++without) {
            auto shorter = decode_first(held_.size() - without);
            if (!shorter.is_ok()) return shorter;
            if (shorter->size() < decoded->size()) {
                decoded = std::move(shorter);
                tokens = held_.size() - without;
            }
        }
    }
    auto text = fresh(*decoded, tokens);
    if (!text.is_ok()) return text;
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(context_));
    context_ = tokens - context_;
    auto given = decode_first(context_);
    if (!given.is_ok()) return given;
    given_ = std::move(given).value();
    return text;
}

Result<std::string> StreamDecoder::finish() {
    auto decoded = tokenizer_.decode(held_, skip_special_);
    auto text = decoded.is_ok() ? fresh(*decoded, held_.size()) : decoded;
    held_.clear();
    context_ = 0;
    given_.clear();
    return text;
}

}  // namespace temblor
