#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "data/status.h"
#include "index/forward_store.h"

namespace temblor {

/// Stands where a block is filled up.
inline constexpr Place kNoPlace = UINT32_MAX;

/// One list in the section `lists`.
struct ListRecord {
    uint64_t postings_begin = 0;   ///< index of its first posting
    uint64_t blocks_begin = 0;     ///< index of its first block
    uint64_t summaries_begin = 0;  ///< byte offset of its summaries
    uint32_t postings = 0;
    uint32_t blocks = 0;
    uint32_t entries = 0;  ///< of its summaries; 0 when it has none
    uint32_t pruned = 0;   ///< documents that have the component but were cut from the list
    float max_value = 0;   ///< the list's largest value
    uint32_t reserved = 0;
};
static_assert(sizeof(ListRecord) == 48);

/// One block in the section `blocks`: its postings run from `begin` to the next block's begin.
struct BlockRecord {
    uint32_t begin = 0;
    float scale = 0;  ///< summary value of one step, divided by (documents in the block)^0.1
};
static_assert(sizeof(BlockRecord) == 8);

/// How the summary entries of a list are laid out; follows from counts alone.
///
/// An entry is (component, block, value). Its key is the component's low `shift` bits above the
/// block's number in `block_bits` bits, 16 bits together at most, so that a bucket of 2^shift
/// components is one ascending run of keys.
struct SummaryLayout {
    uint32_t block_bits = 0;
    uint32_t shift = 0;

    /// The widest buckets, of at most 256 components, that keep about 64 entries or fewer.
    static SummaryLayout choose(uint32_t blocks, uint32_t entries, uint32_t components);
};
/// A list has at most so many blocks, so that a key leaves room for its block.
inline constexpr uint32_t kMaxBlocks = 1 << 16;

/// One list: postings cut into blocks of similar documents, and the blocks' summaries transposed.
///
/// Summary entries are sorted by component, then block. Stored: the first entry of each bucket
/// (direct below 65,537 components, else with the sorted numbers of the buckets that occur), a u16
/// key an entry (SummaryLayout), and 4 bits an entry: the coordinate's maximum over the block,
/// rounded up to a fifteenth of the summary's largest; the even entry in a byte's lower half.
struct ListView {
    std::span<const Place> postings;
    std::span<const BlockRecord> blocks;
    const std::byte* offsets = nullptr;  ///< u16 or u32 first entry of each bucket, buckets + 1
    const std::byte* buckets = nullptr;  ///< wide only: u32 numbers of the buckets that occur
    const uint16_t* keys = nullptr;
    const uint8_t* values = nullptr;
    uint32_t entries = 0;
    uint32_t bucket_count = 0;
    SummaryLayout layout;
    bool long_offsets = false;

    [[nodiscard]] uint32_t offset(uint32_t bucket) const {
        if (long_offsets) {
            uint32_t value = 0;
            std::memcpy(&value, offsets + size_t{bucket} * 4, 4);
            return value;
        }
        uint16_t value = 0;
        std::memcpy(&value, offsets + size_t{bucket} * 2, 2);
        return value;
    }
    [[nodiscard]] uint32_t value(uint32_t entry) const {
        return (static_cast<uint32_t>(values[entry / 2]) >> (4 * (entry % 2))) & 15U;
    }
    [[nodiscard]] uint32_t block(uint32_t entry) const {
        return keys[entry] & ((1U << layout.block_bits) - 1);
    }
    /// The postings of block b; empty where the file is damaged.
    [[nodiscard]] std::span<const Place> block_postings(uint32_t b) const {
        const size_t begin = blocks[b].begin;
        const size_t end = b + 1 < blocks.size() ? blocks[b + 1].begin : postings.size();
        if (begin > end || end > postings.size()) return {};
        return postings.subspan(begin, end - begin);
    }
};

/// Lists of this many postings or fewer are one block without a summary, always opened.
inline constexpr uint32_t kUnsummarisedPostings = 8;
/// The exponent of the size correction in BlockRecord::scale: the maximum over more documents
/// promises more than it holds.
inline constexpr float kBlockSizeExponent = 0.1F;

/// All lists of a segment, by internal component. A view over four sections; each list is
/// bounds-checked when it is looked at.
class BlockedLists {
public:
    BlockedLists() = default;
    static Result<BlockedLists> open(uint32_t components, std::span<const std::byte> lists,
                                     std::span<const std::byte> postings,
                                     std::span<const std::byte> blocks,
                                     std::span<const std::byte> summaries);

    [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(lists_.size()); }
    [[nodiscard]] bool wide() const { return lists_.size() > 65536; }
    [[nodiscard]] const ListRecord& record(uint32_t list) const { return lists_[list]; }
    [[nodiscard]] uint64_t total_postings() const { return postings_.size(); }
    [[nodiscard]] uint64_t total_blocks() const { return blocks_.size(); }
    [[nodiscard]] uint64_t summary_bytes() const { return summaries_.size(); }
    /// Block `b` of all lists' blocks is read soon.
    void prefetch_block(uint64_t b) const { __builtin_prefetch(blocks_.data() + b); }
    /// False when the record points outside the sections (a damaged file).
    [[nodiscard]] bool view(uint32_t list, ListView& out) const;
    /// Every list's structure: offsets, orders, block numbers, places below `place_limit`, with
    /// `padded` also kNoPlace.
    [[nodiscard]] Status validate(Place place_limit, bool padded = false) const;

private:
    std::span<const ListRecord> lists_;
    std::span<const Place> postings_;
    std::span<const BlockRecord> blocks_;
    std::span<const std::byte> summaries_;
};

/// Zero bytes behind the last list's summaries, so that a kernel may read past a list's end.
inline constexpr uint32_t kSummarySlack = 64;

}  // namespace temblor
