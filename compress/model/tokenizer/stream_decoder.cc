#include "compress/model/tokenizer/stream_decoder.h"

#include <string_view>
#include <utility>

namespace temblor {
namespace {

// Bytes that no character uses would hold back text for ever.
constexpr size_t kMostHeldTokens = 16;

bool ends_within_character(std::string_view text) { return text.ends_with("\xEF\xBF\xBD"); }

}  // namespace

Result<std::string> StreamDecoder::push(uint32_t id) {
    held_.push_back(id);
    auto decoded = tokenizer_.decode(held_, skip_special_);
    if (!decoded.is_ok()) {
        held_.pop_back();
        return decoded;
    }
    const std::string& text = *decoded;
    const bool wait = ends_within_character(text) && held_.size() - context_ < kMostHeldTokens;
    if (wait || text.size() <= given_.size()) return std::string();
    std::string fresh = text.substr(given_.size());
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(context_));
    context_ = held_.size();
    auto given = tokenizer_.decode(held_, skip_special_);
    if (!given.is_ok()) return given;
    given_ = std::move(given).value();
    return fresh;
}

Result<std::string> StreamDecoder::finish() {
    auto decoded = tokenizer_.decode(held_, skip_special_);
    held_.clear();
    context_ = 0;
    std::string given = std::exchange(given_, {});
    if (!decoded.is_ok()) return decoded;
    return decoded->size() > given.size() ? decoded->substr(given.size()) : std::string();
}

}  // namespace temblor
