#include "query/document_scorers.h"

#include <streamvbyte.h>
#include <streamvbytedelta.h>

namespace temblor {

const uint8_t* CompactScorer::decode(Place place, uint32_t& n) {
    n = count(place);
    const uint64_t left = room(place);
    const std::byte* at = record(place);
    if (n == 0 || n > decoded_.size() || 12 + uint64_t{n} > left) return nullptr;
    const uint64_t coded = load<uint32_t>(at + 8);
    // The decoder reads at most 4 bytes an entry, and 16 at once, behind the control bytes.
    const uint64_t control = (uint64_t{n} + 3) / 4;
    if (coded > left || 12 + coded + n > left || coded < control) return nullptr;
    if (12 + control + 4 * uint64_t{n} + 16 > left) {
        uint64_t exact = control;
        for (uint32_t i = 0; i < n; ++i) {
            exact += 1 + ((load<uint8_t>(at + 12 + i / 4) >> (2 * (i % 4))) & 3U);
        }
        if (12 + exact + 16 > left) return nullptr;
    }
    streamvbyte_delta_decode(reinterpret_cast<const uint8_t*>(at + 12), decoded_.data(), n, 0);
    return reinterpret_cast<const uint8_t*>(at + 12 + coded);
}

CompactScorer::Score CompactScorer::first(Place place, bool& more) {
    more = false;
    uint32_t n = 0;
    const uint8_t* weights = decode(place, n);
    if (weights == nullptr) return 0;
    counters_.bytes_touched +=
        12 + static_cast<uint64_t>(weights - reinterpret_cast<const uint8_t*>(record(place) + 12)) +
        n;
    return kernels_.dot_u32_u8(query_.weight_table(), query_.limit(), decoded_.data(), weights, n);
}

double CompactScorer::refine(Place place) {
    uint32_t n = 0;
    const uint8_t* weights = decode(place, n);
    if (weights == nullptr) return 0;
    double sum = 0;
    for (uint32_t i = 0; i < n; ++i) {
        sum += static_cast<double>(query_.value_table()[std::min(decoded_[i], query_.limit())]) *
               weights[i];
    }
    return sum * static_cast<double>(store_.shape().scale);
}

uint32_t F32Scorer::safe_count(Place place) const {
    const uint32_t n = count(place);
    return ForwardShape::kHeaderBytes + uint64_t{n} * 8 <= room(place) ? n : 0;
}

F32Scorer::Score F32Scorer::first(Place place, bool& more) {
    more = false;
    const uint32_t n = safe_count(place);
    const std::byte* at = record(place) + ForwardShape::kHeaderBytes;
    counters_.bytes_touched += ForwardShape::kHeaderBytes + uint64_t{n} * 8;
    return kernels_.dot_u32_f32(query_.value_table(), query_.limit(),
                                reinterpret_cast<const uint32_t*>(at),
                                reinterpret_cast<const float*>(at + uint64_t{n} * 4), n);
}

double F32Scorer::refine(Place place) {
    const uint32_t n = safe_count(place);
    const std::byte* at = record(place) + ForwardShape::kHeaderBytes;
    double sum = 0;
    for (uint64_t i = 0; i < n; ++i) {
        const uint32_t c = std::min(load<uint32_t>(at + i * 4), query_.limit());
        sum += static_cast<double>(query_.value_table()[c]) *
               static_cast<double>(load<float>(at + uint64_t{n} * 4 + i * 4));
    }
    return sum;
}

}  // namespace temblor
