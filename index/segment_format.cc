#include "index/segment_format.h"

#include <xxhash.h>

namespace temblor {

std::string_view section_name(SectionKind kind) {
    switch (kind) {
        case SectionKind::kMeta:
            return "meta";
        case SectionKind::kComponents:
            return "components";
        case SectionKind::kIds:
            return "ids";
        case SectionKind::kVocabulary:
            return "vocabulary";
        case SectionKind::kEncoder:
            return "encoder";
        case SectionKind::kEncoderWeights:
            return "encoder_weights";
        case SectionKind::kPayloads:
            return "payloads";
        case SectionKind::kPlaces:
            return "places";
        case SectionKind::kRecords:
            return "records";
        case SectionKind::kRecordLow:
            return "record_low";
        case SectionKind::kLists:
            return "lists";
        case SectionKind::kPostings:
            return "postings";
        case SectionKind::kBlocks:
            return "blocks";
        case SectionKind::kSummaries:
            return "summaries";
        case SectionKind::kCalibration:
            return "calibration";
        case SectionKind::kPointsMeta:
            return "points_meta";
        case SectionKind::kOrdinals:
            return "ordinals";
        case SectionKind::kDensePresent:
            return "dense_present";
        case SectionKind::kDenseValues:
            return "dense_values";
        case SectionKind::kPayloadKey:
            return "payload_key";
        case SectionKind::kPayloadIndex:
            return "payload_index";
        case SectionKind::kDenseMeta:
            return "dense_meta";
        case SectionKind::kVectors:
            return "vectors";
        case SectionKind::kVectorSteps:
            return "vector_steps";
        case SectionKind::kVectorNorms:
            return "vector_norms";
        case SectionKind::kHashMeta:
            return "hash_meta";
        case SectionKind::kRotation:
            return "rotation";
        case SectionKind::kCodeBooks:
            return "code_books";
        case SectionKind::kListCentroids:
            return "list_centroids";
        case SectionKind::kCodes:
            return "codes";
        case SectionKind::kGraphMeta:
            return "graph_meta";
        case SectionKind::kGraphBase:
            return "graph_base";
        case SectionKind::kGraphOffsets:
            return "graph_offsets";
        case SectionKind::kGraphUpper:
            return "graph_upper";
    }
    return "unknown";
}

uint64_t section_hash(SectionKind kind, std::span<const std::byte> bytes) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), static_cast<uint64_t>(kind));
}

}  // namespace temblor
