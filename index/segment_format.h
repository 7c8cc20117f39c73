#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "data/status.h"

namespace temblor {

/// The bytes of a segment file; docs/format.md describes every one. Little endian.

/// What a section holds. Numbers are stored and never change their meaning.
enum class SectionKind : uint32_t {
    kMeta = 1,
    kComponents = 2,
    kIds = 3,
    kVocabulary = 4,
    kEncoder = 5,
    kEncoderWeights = 6,
    kPayloads = 7,
    kPlaces = 8,
    kRecords = 9,
    kRecordLow = 10,
    kLists = 11,
    kPostings = 12,
    kBlocks = 13,
    kSummaries = 14,
    kCalibration = 15,
    // Files of a collection's segment (index/collection/collection_segment.h).
    kPointsMeta = 16,
    kOrdinals = 17,
    kDensePresent = 18,
    kDenseValues = 19,
    kPayloadKey = 20,
    kPayloadIndex = 21,
    // Dense vectors (index/dense/dense_segment.h, index/hash/hashed_lists.h).
    kDenseMeta = 22,
    kVectors = 23,
    kVectorSteps = 24,
    kVectorNorms = 25,
    kHashMeta = 26,
    kRotation = 27,
    kCodeBooks = 28,
    kListCentroids = 29,
    kCodes = 30,
    // A graph over them (index/graph/neighbour_graph.h).
    kGraphMeta = 31,
    kGraphBase = 32,
    kGraphOffsets = 33,
    kGraphUpper = 34,
};
/// "records"; "unknown" for a number outside the table.
std::string_view section_name(SectionKind kind);

inline constexpr std::array<char, 8> kSegmentMagic{'T', 'E', 'M', 'B', 'L', 'O', 'R', '\0'};
inline constexpr uint32_t kSegmentVersion = 1;
inline constexpr uint32_t kMaxSections = 64;
/// Sections begin at multiples of this; the bytes between them are zero.
inline constexpr uint64_t kSectionAlignment = 64;

struct SegmentHeader {
    std::array<char, 8> magic = kSegmentMagic;
    uint32_t version = kSegmentVersion;
    uint32_t sections = 0;
    uint64_t file_bytes = 0;
    uint64_t table_hash = 0;  ///< XXH3-64 of the section table, which follows the header
    std::array<uint64_t, 3> reserved{};
    uint64_t header_hash = 0;  ///< XXH3-64 of the 56 bytes before
};
static_assert(sizeof(SegmentHeader) == 64);

struct SectionEntry {
    SectionKind kind{};
    uint32_t reserved = 0;
    uint64_t offset = 0;
    uint64_t bytes = 0;
    uint64_t hash = 0;  ///< XXH3-64 of the section's bytes, seeded with its kind
};
static_assert(sizeof(SectionEntry) == 32);

/// Section meta.
struct SegmentMeta {
    uint64_t rows = 0;
    uint64_t dim = 0;
    uint64_t nnz = 0;
    uint64_t seed = 0;
    double max_fraction = 0;
    double centroid_fraction = 0;
    double summary_energy = 0;
    uint32_t components = 0;  ///< internal ones
    uint32_t n_postings = 0;
    uint32_t min_cluster_size = 0;
    uint32_t doc_cut = 0;
    uint32_t pruning = 0;
    uint32_t forward = 0;
    uint32_t wide = 0;
    uint32_t id_kind = 0;
    float scale = 0;
    uint32_t max_blocks = 0;  ///< of a list
    uint64_t max_record_nnz = 0;
    std::array<uint64_t, 3> reserved{};
};
static_assert(sizeof(SegmentMeta) == 128);

uint64_t section_hash(SectionKind kind, std::span<const std::byte> bytes);

}  // namespace temblor
