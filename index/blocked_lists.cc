#include "index/blocked_lists.h"

#include <algorithm>
#include <bit>
#include <string>

namespace temblor {
namespace {

constexpr uint64_t round_up_8(uint64_t value) { return (value + 7) / 8 * 8; }

template <typename T>
Result<std::span<const T>> as_array(std::span<const std::byte> bytes, const char* section) {
    if (bytes.size() % sizeof(T) != 0) {
        return Status::corruption(std::string("section ") + section + ": " +
                                  std::to_string(bytes.size()) + " bytes, expected a multiple of " +
                                  std::to_string(sizeof(T)));
    }
    return std::span<const T>(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
}

}  // namespace

SummaryLayout SummaryLayout::choose(uint32_t blocks, uint32_t entries, uint32_t components) {
    constexpr uint32_t kBucketEntries = 64;
    SummaryLayout layout;
    layout.block_bits = static_cast<uint32_t>(std::bit_width(std::min(blocks, kMaxBlocks) - 1));
    layout.shift = std::min(8U, 16 - layout.block_bits);
    while (layout.shift > 0 && entries / ((components >> layout.shift) + 1) > kBucketEntries) {
        --layout.shift;
    }
    return layout;
}

Result<BlockedLists> BlockedLists::open(uint32_t components, std::span<const std::byte> lists,
                                        std::span<const std::byte> postings,
                                        std::span<const std::byte> blocks,
                                        std::span<const std::byte> summaries) {
    BlockedLists out;
    TEMBLOR_ASSIGN_OR_RETURN(out.lists_, as_array<ListRecord>(lists, "lists"));
    TEMBLOR_ASSIGN_OR_RETURN(out.postings_, as_array<Place>(postings, "postings"));
    TEMBLOR_ASSIGN_OR_RETURN(out.blocks_, as_array<BlockRecord>(blocks, "blocks"));
    if (out.lists_.size() != components) {
        return Status::corruption("section lists: " + std::to_string(out.lists_.size()) +
                                  " lists for " + std::to_string(components) + " components");
    }
    if (summaries.size() < kSummarySlack) return Status::corruption("section summaries: too short");
    out.summaries_ = summaries;
    return out;
}

bool BlockedLists::view(uint32_t list, ListView& out) const {
    const ListRecord& r = lists_[list];
    out = ListView{};
    if (r.postings_begin > postings_.size() || r.postings > postings_.size() - r.postings_begin ||
        r.blocks_begin > blocks_.size() || r.blocks > blocks_.size() - r.blocks_begin) {
        return false;
    }
    out.postings = postings_.subspan(r.postings_begin, r.postings);
    out.blocks = blocks_.subspan(r.blocks_begin, r.blocks);
    if (r.entries == 0) return true;
    if (r.blocks == 0 || r.blocks > kMaxBlocks) return false;
    const uint64_t usable = summaries_.size() - kSummarySlack;
    if (r.summaries_begin > usable || r.summaries_begin % 8 != 0) return false;
    const uint64_t room = usable - r.summaries_begin;
    const std::byte* at = summaries_.data() + r.summaries_begin;
    out.layout = SummaryLayout::choose(r.blocks, r.entries, size());
    out.long_offsets = r.entries > UINT16_MAX;
    uint64_t bytes = 0;
    if (wide()) {
        if (room < 8) return false;
        std::memcpy(&out.bucket_count, at, 4);
        out.buckets = at + 8;
        bytes = 8 + uint64_t{out.bucket_count} * 4;
    } else {
        out.bucket_count = ((size() - 1) >> out.layout.shift) + 1;
    }
    const uint64_t offsets_at = bytes;
    bytes = round_up_8(bytes + (uint64_t{out.bucket_count} + 1) * (out.long_offsets ? 4 : 2));
    const uint64_t keys_at = bytes;
    bytes += uint64_t{r.entries} * 2;
    const uint64_t values_at = bytes;
    bytes += (uint64_t{r.entries} + 1) / 2;
    if (bytes > room) return false;
    out.entries = r.entries;
    out.offsets = at + offsets_at;
    out.keys = reinterpret_cast<const uint16_t*>(at + keys_at);
    out.values = reinterpret_cast<const uint8_t*>(at + values_at);
    return true;
}

Status BlockedLists::validate(Place place_limit, bool padded) const {
    for (uint32_t l = 0; l < size(); ++l) {
        const auto damaged = [&](const char* section, const std::string& what) {
            return Status::corruption(std::string("section ") + section + ": list " +
                                      std::to_string(l) + ": " + what);
        };
        ListView list;
        if (!view(l, list)) return damaged("lists", "points outside its section");
        for (const Place p : list.postings) {
            if (p >= place_limit && !(padded && p == kNoPlace))
                return damaged("postings", "place past the records");
        }
        uint32_t before = 0;
        for (size_t b = 0; b < list.blocks.size(); ++b) {
            const uint32_t begin = list.blocks[b].begin;
            if ((b == 0 && begin != 0) || begin < before || begin > list.postings.size()) {
                return damaged("blocks", "block " + std::to_string(b) + " runs backwards");
            }
            before = begin;
        }
        if (list.entries == 0) continue;
        if (list.offset(0) != 0 || list.offset(list.bucket_count) != list.entries) {
            return damaged("summaries", "bucket offsets do not cover the entries");
        }
        for (uint32_t k = 0; k < list.bucket_count; ++k) {
            const uint32_t begin = list.offset(k);
            const uint32_t end = list.offset(k + 1);
            if (begin > end || end > list.entries) {
                return damaged("summaries", "bucket offsets run backwards");
            }
            for (uint32_t e = begin + 1; e < end; ++e) {
                if (list.keys[e - 1] >= list.keys[e])
                    return damaged("summaries", "keys do not ascend");
            }
        }
        for (uint32_t e = 0; e < list.entries; ++e) {
            if (list.block(e) >= list.blocks.size() || list.value(e) == 0 ||
                list.keys[e] >> (list.layout.block_bits + list.layout.shift) != 0) {
                return damaged("summaries", "entry " + std::to_string(e) + " is out of range");
            }
        }
    }
    return Status::ok();
}

}  // namespace temblor
