#include "index/hash/hashed_lists.h"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "index/hash/hash_meta.h"

namespace temblor {
namespace {

Status wrong_hash_meta(const char* field) {
    return Status::corruption(std::string("section hash_meta: field ") + field +
                              " is out of range");
}

Status check_meta(const HashMeta& meta, uint64_t rows, uint32_t dim, Distance distance) {
    if (meta.rows != rows || rows >= UINT32_MAX) return wrong_hash_meta("rows");
    if (meta.dim != dim || dim == 0) return wrong_hash_meta("dim");
    if (meta.distance != static_cast<uint32_t>(distance)) return wrong_hash_meta("distance");
    if (meta.cells == 0 || meta.cells > kMostCells) return wrong_hash_meta("cells");
    if (meta.lists == 0 || meta.lists > meta.cells) return wrong_hash_meta("lists");
    if (meta.max_blocks > meta.cells) return wrong_hash_meta("max_blocks");
    if (meta.assignments == 0 || meta.assignments > kMostAssignments)
        return wrong_hash_meta("assignments");
    if (meta.code < 1 || meta.code > 3) return wrong_hash_meta("code");
    if (meta.code_width == 0 || meta.code_width > 64) return wrong_hash_meta("code_width");
    if (meta.summary_width == 0 || meta.summary_width > 64) return wrong_hash_meta("summary_width");
    if (meta.rotation < 1 || meta.rotation > 3) return wrong_hash_meta("rotation");
    for (const float v : {meta.norm_mean, meta.norm_unit, meta.residual_spread, meta.code_spread}) {
        if (!std::isfinite(v) || v < 0) return wrong_hash_meta("a length");
    }
    return Status::ok();
}

Status wrong_count(const char* section, uint64_t found, uint64_t expected) {
    return Status::corruption(std::string("section ") + section + ": " + std::to_string(found) +
                              " numbers, expected " + std::to_string(expected));
}

/// Finite, so that no score is ever undefined.
bool all_finite(std::span<const float> values) {
    for (const float v : values)
        if (!std::isfinite(v)) return false;
    return true;
}

}  // namespace

Result<HashedLists> HashedLists::open(const SectionFile& file, uint64_t rows, uint32_t dim,
                                      Distance distance) {
    HashedLists out;
    HashMeta meta;
    const auto stored = file.section(SectionKind::kHashMeta);
    if (stored.size() != sizeof(meta)) return wrong_count("hash_meta", stored.size(), sizeof(meta));
    TEMBLOR_RETURN_IF_ERROR(file.check(SectionKind::kHashMeta));
    std::memcpy(&meta, stored.data(), sizeof(meta));
    TEMBLOR_RETURN_IF_ERROR(check_meta(meta, rows, dim, distance));
    out.rows_ = rows;
    out.cells_ = meta.cells;
    out.max_blocks_ = meta.max_blocks;
    out.residual_spread_ = meta.residual_spread;
    out.code_spread_ = meta.code_spread;
    out.parameters_.cells = meta.cells;
    out.parameters_.lists = meta.lists;
    out.parameters_.assignments = meta.assignments;
    out.parameters_.code = static_cast<CodeKind>(meta.code);
    out.parameters_.code_width = meta.code_width;
    out.parameters_.rotation = static_cast<Rotation>(meta.rotation);
    out.parameters_.seed = meta.seed;
    out.space_ = HashSpace(dim, distance);
    out.space_.set_norms(meta.norm_mean, meta.norm_unit);
    const uint32_t inner = out.space_.inner_dim();

    // Small and read by every search: checked at once.
    for (const SectionKind kind :
         {SectionKind::kRotation, SectionKind::kCodeBooks, SectionKind::kListCentroids})
        TEMBLOR_RETURN_IF_ERROR(file.check(kind));
    TEMBLOR_ASSIGN_OR_RETURN(const auto rotation, file.array<float>(SectionKind::kRotation));
    if (!rotation.empty()) {
        if (rotation.size() != uint64_t{dim} * dim)
            return wrong_count("rotation", rotation.size(), uint64_t{dim} * dim);
        if (!all_finite(rotation)) return Status::corruption("section rotation: not finite");
        out.space_.set_rotation({rotation.begin(), rotation.end()});
    }
    const CodeShape documents{out.parameters_.code, inner, meta.code_width};
    const CodeShape summaries{CodeKind::kProduct4, inner, meta.summary_width};
    TEMBLOR_ASSIGN_OR_RETURN(const auto books, file.array<float>(SectionKind::kCodeBooks));
    if (books.size() != documents.entries() + summaries.entries())
        return wrong_count("code_books", books.size(), documents.entries() + summaries.entries());
    if (!all_finite(books)) return Status::corruption("section code_books: not finite");
    const auto split = books.begin() + static_cast<ptrdiff_t>(documents.entries());
    out.documents_ = CodeBook(documents, {books.begin(), split});
    out.summaries_ = CodeBook(summaries, {split, books.end()});

    TEMBLOR_ASSIGN_OR_RETURN(out.list_centroids_,
                             file.array<uint16_t>(SectionKind::kListCentroids));
    if (out.list_centroids_.size() != uint64_t{meta.lists} * inner)
        return wrong_count("list_centroids", out.list_centroids_.size(),
                           uint64_t{meta.lists} * inner);
    TEMBLOR_ASSIGN_OR_RETURN(out.summary_codes_, file.array<uint8_t>(SectionKind::kSummaries));
    TEMBLOR_ASSIGN_OR_RETURN(out.codes_, file.array<uint8_t>(SectionKind::kCodes));
    TEMBLOR_ASSIGN_OR_RETURN(
        out.lists_,
        BlockedLists::open(meta.lists, file.section(SectionKind::kLists),
                           file.section(SectionKind::kPostings), file.section(SectionKind::kBlocks),
                           file.section(SectionKind::kSummaries)));
    TEMBLOR_RETURN_IF_ERROR(out.check_lists());
    return out;
}

Status HashedLists::check_lists() const {
    const uint64_t postings = lists_.total_postings();
    if (postings % CodeShape::kGroup != 0)
        return Status::corruption("section postings: not in groups of 16");
    const uint64_t code_bytes = postings / CodeShape::kGroup * documents_.shape().group_bytes();
    if (codes_.size() != code_bytes) return wrong_count("codes", codes_.size(), code_bytes);
    if (lists_.total_blocks() != cells_)
        return wrong_count("blocks", lists_.total_blocks(), cells_);
    const uint32_t group = summaries_.shape().group_bytes();
    for (uint32_t l = 0; l < lists_.size(); ++l) {
        const ListRecord& r = lists_.record(l);
        const uint64_t bytes =
            (uint64_t{r.blocks} + CodeShape::kGroup - 1) / CodeShape::kGroup * group;
        if (r.postings_begin % CodeShape::kGroup != 0 || r.postings % CodeShape::kGroup != 0 ||
            r.postings_begin > postings || r.postings > postings - r.postings_begin ||
            r.blocks_begin > cells_ || r.blocks > cells_ - r.blocks_begin ||
            r.blocks > max_blocks_ || r.entries != 0 ||
            r.summaries_begin > summary_codes_.size() - kSummarySlack ||
            bytes > summary_codes_.size() - kSummarySlack - r.summaries_begin) {
            return Status::corruption("section lists: list " + std::to_string(l) +
                                      " points outside its sections");
        }
    }
    return Status::ok();
}

Status HashedLists::validate() const {
    TEMBLOR_RETURN_IF_ERROR(lists_.validate(static_cast<Place>(rows_), true));
    const uint32_t group = summaries_.shape().group_bytes();
    uint64_t postings = 0;
    uint64_t blocks = 0;
    uint64_t summaries = 0;
    for (uint32_t l = 0; l < lists_.size(); ++l) {
        const ListRecord& r = lists_.record(l);
        if (r.postings_begin != postings || r.blocks_begin != blocks ||
            r.summaries_begin != summaries) {
            return Status::corruption("section lists: list " + std::to_string(l) +
                                      " does not follow the one before");
        }
        postings += r.postings;
        blocks += r.blocks;
        summaries += (uint64_t{r.blocks} + CodeShape::kGroup - 1) / CodeShape::kGroup * group;
        ListView list;
        if (!lists_.view(l, list)) continue;  // found by validate()
        for (const BlockRecord& b : list.blocks) {
            if (b.begin % CodeShape::kGroup != 0)
                return Status::corruption("section blocks: list " + std::to_string(l) +
                                          ": a block does not begin a group");
        }
    }
    if (postings != lists_.total_postings() || blocks != cells_ ||
        summaries != summary_codes_.size() - kSummarySlack)
        return Status::corruption("section lists: they leave something out");
    return Status::ok();
}

}  // namespace temblor
