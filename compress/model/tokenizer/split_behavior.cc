#include <algorithm>

#include "compress/model/tokenizer/pre_tokenizer.h"

namespace temblor {
namespace {

struct SplitPart {
    TextRange range;
    bool match;
};

std::vector<SplitPart> parts_of(const std::vector<TextRange>& matches, uint32_t size, bool invert) {
    std::vector<SplitPart> parts;
    parts.reserve(2 * matches.size() + 1);
    uint32_t done = 0;
    for (const TextRange& match : matches) {
        if (done < match.begin) parts.push_back({{done, match.begin}, invert});
        parts.push_back({match, !invert});
        done = match.end;
    }
    if (done < size) parts.push_back({{done, size}, invert});
    return parts;
}

// A part that `joins` says goes into the part before.
template <typename Joins>
std::vector<TextRange> joined(const std::vector<SplitPart>& parts, Joins joins) {
    std::vector<TextRange> pieces;
    bool before = false;
    for (const SplitPart& part : parts) {
        if (!pieces.empty() && joins(part.match, before)) {
            pieces.back().end = part.range.end;
        } else {
            pieces.push_back(part.range);
        }
        before = part.match;
    }
    return pieces;
}

std::vector<TextRange> joined_with_next(const std::vector<SplitPart>& parts) {
    std::vector<TextRange> pieces;
    bool behind = false;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        if (!pieces.empty() && part->match && !behind) {
            pieces.back().begin = part->range.begin;
        } else {
            pieces.push_back(part->range);
        }
        behind = part->match;
    }
    std::reverse(pieces.begin(), pieces.end());
    return pieces;
}

}  // namespace

void split_at_matches(const std::vector<TextRange>& matches, uint32_t size, uint32_t place,
                      SplitBehavior behavior, bool invert, std::vector<TextRange>& pieces) {
    const auto add = [&](TextRange range) {
        if (range.begin < range.end) pieces.push_back({place + range.begin, place + range.end});
    };
    // The usual ones without memory of their own.
    if (behavior == SplitBehavior::kIsolated || behavior == SplitBehavior::kRemoved) {
        const bool all = behavior == SplitBehavior::kIsolated;
        uint32_t done = 0;
        for (const TextRange& match : matches) {
            if (all || !invert) add({done, match.begin});
            if (all || invert) add(match);
            done = match.end;
        }
        if (all || !invert) add({done, size});
        return;
    }
    const std::vector<SplitPart> parts = parts_of(matches, size, invert);
    std::vector<TextRange> found;
    if (behavior == SplitBehavior::kContiguous) {
        found = joined(parts, [](bool match, bool before) { return match == before; });
    } else if (behavior == SplitBehavior::kMergedWithPrevious) {
        found = joined(parts, [](bool match, bool before) { return match && !before; });
    } else {
        found = joined_with_next(parts);
    }
    for (const TextRange& range : found) add(range);
}

}  // namespace temblor
