#include "data/text/longest_pieces.h"

#include <algorithm>

namespace temblor {

void LongestPieces::add(std::string_view token, uint32_t id) {
    longest_ = std::max(longest_, token.size());
    if (token.starts_with(continuation_)) rest_.emplace(token.substr(continuation_.size()), id);
    first_.emplace(token, id);
}

bool LongestPieces::cut(std::string_view word, std::vector<Piece>& out) const {
    const size_t before = out.size();
    for (size_t begin = 0; begin < word.size();) {
        const auto& pieces = begin == 0 ? first_ : rest_;
        size_t length = std::min(word.size() - begin, longest_);
        auto found = pieces.end();
        for (; length > 0; --length) {
            found = pieces.find(word.substr(begin, length));
            if (found != pieces.end()) break;
        }
        if (length == 0) {
            out.resize(before);
            return false;
        }
        begin += length;
        out.push_back({found->second, static_cast<uint32_t>(begin)});
    }
    return true;
}

}  // namespace temblor
