#include "compress/model/tokenizer/stream_decoder.h"

#include <string_view>
#include <utility>

namespace temblor {
namespace {

// Bytes that no character uses would hold back text for ever.
constexpr size_t kMostHeldTokens = 16;

bool ends_within_character(std::string_view text) { return text.ends_with("\xEF\xBF\xBD"); }

}  // namespace

Result<std::string> StreamDecoder::fresh(const std::string& text) const {
    if (text.starts_with(given_)) return text.substr(given_.size());
    // Ill-formed bytes have changed what came before.
    const auto first = held_.begin() + static_cast<std::ptrdiff_t>(context_);
    return tokenizer_.decode(std::vector<uint32_t>(first, held_.end()), skip_special_);
}

Result<std::string> StreamDecoder::push(uint32_t id) {
    held_.push_back(id);
    auto decoded = tokenizer_.decode(held_, skip_special_);
    if (!decoded.is_ok()) {
        held_.pop_back();
        return decoded;
    }
    const bool full = held_.size() - context_ >= kMostHeldTokens;
    if (ends_within_character(*decoded) && !full) return std::string();
    if (decoded->size() <= given_.size() && !full) return std::string();
    auto text = fresh(*decoded);
    if (!text.is_ok()) return text;
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(context_));
    context_ = held_.size();
    auto given = tokenizer_.decode(held_, skip_special_);
    if (!given.is_ok()) return given;
    given_ = std::move(given).value();
    return text;
}

Result<std::string> StreamDecoder::finish() {
    auto decoded = tokenizer_.decode(held_, skip_special_);
    auto text = decoded.is_ok() ? fresh(*decoded) : decoded;
    held_.clear();
    context_ = 0;
    given_.clear();
    return text;
}

}  // namespace temblor
