#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "index/segment.h"
#include "query/kernels.h"
#include "query/query_tables.h"
#include "query/search_parameters.h"

namespace temblor {

/// Scorers of one kind of forward store each, as RecordReader wants them. They read no byte outside
/// the store whatever a record says; a damaged record scores 0.
///
/// Common: first() and rest() give the quick score; `refine` the exact one by the stored values;
/// error_bound(): how far the quick score may be off; unit(): what one step of it is worth;
/// kZeroIsExact: a quick score of 0 means an exact one of 0.
class ScorerBase {
public:
    ScorerBase(const Segment& segment, const QueryTables& query, const Kernels& kernels,
               SearchCounters& counters)
        : store_(segment.forward()),
          query_(query),
          kernels_(kernels),
          counters_(counters),
          records_(store_.records()),
          bytes_(store_.record_bytes()) {}

    [[nodiscard]] uint32_t row(Place place) const { return load<uint32_t>(record(place)); }

protected:
    template <typename T>
    static T load(const std::byte* at) {
        T value;
        std::memcpy(&value, at, sizeof(T));
        return value;
    }
    [[nodiscard]] const std::byte* record(Place place) const {
        return records_ + uint64_t{place} * store_.shape().unit();
    }
    [[nodiscard]] uint64_t room(Place place) const {
        return bytes_ - uint64_t{place} * store_.shape().unit();
    }
    [[nodiscard]] uint32_t count(Place place) const { return load<uint32_t>(record(place) + 4); }
    static void prefetch_lines(const std::byte* begin, uint64_t bytes) {
        for (uint64_t i = 0; i < bytes; i += 64) __builtin_prefetch(begin + i);
    }

    const ForwardStore& store_;
    const QueryTables& query_;
    const Kernels& kernels_;
    SearchCounters& counters_;
    const std::byte* records_;
    uint64_t bytes_;
};

/// Two-tier records, 16- or 32-bit components.
template <typename Component>
class RecordScorer : public ScorerBase {
public:
    using Score = uint32_t;
    using ScorerBase::ScorerBase;
    static constexpr uint32_t kTier = sizeof(Component) == 2 ? 40 : 24;
    static constexpr uint32_t kLowStride = sizeof(Component) == 2 ? 22 : 13;
    static constexpr bool kZeroIsExact = false;  // the low bytes may hold all there is

    [[nodiscard]] float unit() const { return 256 * store_.shape().scale; }
    [[nodiscard]] double error_bound() const {
        return 0.51 * query_.total_weight() + 128.0 * static_cast<double>(query_.size()) + 1;
    }
    void prefetch_first(Place place) const {
        prefetch_lines(record(place), ForwardShape::kFirstTierBytes);
    }
    Score first(Place place, bool& more) {
        const std::byte* at = record(place);
        more = count(place) > kTier;
        counters_.bytes_touched += ForwardShape::kFirstTierBytes;
        return dot(at + ForwardShape::kHeaderBytes, kTier);
    }
    void prefetch_rest(Place place) const {
        prefetch_lines(record(place) + ForwardShape::kFirstTierBytes,
                       std::min(rest_bytes(place), uint64_t{1024}));
    }
    Score rest(Place place) {
        const uint64_t bytes = rest_bytes(place);
        counters_.bytes_touched += bytes;
        return dot(record(place) + ForwardShape::kFirstTierBytes, bytes / (sizeof(Component) + 1));
    }
    void prefetch_refine(Place place) const { prefetch_lines(low(place), 128); }
    double refine(Place place) {
        const uint64_t total =
            std::min<uint64_t>(count(place), kTier) + rest_bytes(place) / (sizeof(Component) + 1);
        const uint64_t low_room = store_.place_limit() - uint64_t{place};
        if (total > low_room * kLowStride) return 0;
        counters_.bytes_touched += total;
        double sum = 0;
        const uint64_t heavy = std::min<uint64_t>(total, kTier);
        refine_tier(record(place) + ForwardShape::kHeaderBytes, kTier, heavy, low(place), sum);
        refine_tier(record(place) + ForwardShape::kFirstTierBytes, total - heavy, total - heavy,
                    low(place) + heavy, sum);
        return sum * static_cast<double>(store_.shape().scale);
    }

private:
    [[nodiscard]] const std::byte* low(Place place) const {
        return reinterpret_cast<const std::byte*>(store_.low()) + uint64_t{place} * kLowStride;
    }
    /// Of the entries after the first tier; 0 where they would leave the store.
    [[nodiscard]] uint64_t rest_bytes(Place place) const {
        const uint32_t n = count(place);
        if (n <= kTier) return 0;
        const uint64_t bytes = uint64_t{n - kTier} * (sizeof(Component) + 1);
        return ForwardShape::kFirstTierBytes + bytes <= room(place) ? bytes : 0;
    }
    uint32_t dot(const std::byte* components, uint64_t n) const {
        const auto* weights = reinterpret_cast<const uint8_t*>(components + n * sizeof(Component));
        if constexpr (sizeof(Component) == 2) {
            return kernels_.dot_u16_u8(query_.weight_table(),
                                       reinterpret_cast<const uint16_t*>(components), weights, n);
        } else {
            return kernels_.dot_u32_u8(query_.weight_table(), query_.limit(),
                                       reinterpret_cast<const uint32_t*>(components), weights, n);
        }
    }
    void refine_tier(const std::byte* components, uint64_t size, uint64_t n, const std::byte* low,
                     double& sum) const {
        const std::byte* high = components + size * sizeof(Component);
        for (uint64_t i = 0; i < n; ++i) {
            const uint32_t c = std::min<uint32_t>(
                load<Component>(components + i * sizeof(Component)), query_.limit());
            if (query_.weight_table()[c] == 0) continue;
            const int weight = load<uint8_t>(high + i) * 256 + load<int8_t>(low + i);
            sum += static_cast<double>(query_.value_table()[c]) * weight;
        }
    }
};

/// Delta-coded records with 8-bit weights.
class CompactScorer : public ScorerBase {
public:
    using Score = uint32_t;
    static constexpr bool kZeroIsExact = true;
    CompactScorer(const Segment& segment, const QueryTables& query, const Kernels& kernels,
                  SearchCounters& counters, std::vector<uint32_t>& decoded)
        : ScorerBase(segment, query, kernels, counters), decoded_(decoded) {}

    [[nodiscard]] float unit() const { return store_.shape().scale; }
    [[nodiscard]] double error_bound() const {
        return 128.0 * static_cast<double>(query_.size()) + 1;
    }
    void prefetch_first(Place place) const {
        prefetch_lines(record(place), std::min<uint64_t>(room(place), 320));
    }
    Score first(Place place, bool& more);
    void prefetch_rest(Place /*place*/) const {}
    Score rest(Place /*place*/) { return 0; }
    void prefetch_refine(Place place) const { prefetch_first(place); }
    double refine(Place place);

private:
    /// Decodes components; the weights, or null for a damaged record.
    const uint8_t* decode(Place place, uint32_t& n);
    std::vector<uint32_t>& decoded_;
};

/// Records of floats.
class F32Scorer : public ScorerBase {
public:
    using Score = float;
    using ScorerBase::ScorerBase;
    static constexpr bool kZeroIsExact = true;

    [[nodiscard]] float unit() const { return 1 / query_.weight_unit(); }
    [[nodiscard]] double error_bound() const { return 0; }
    void prefetch_first(Place place) const {
        prefetch_lines(record(place), std::min<uint64_t>(room(place), 512));
    }
    Score first(Place place, bool& more);
    void prefetch_rest(Place /*place*/) const {}
    Score rest(Place /*place*/) { return 0; }
    void prefetch_refine(Place place) const { prefetch_first(place); }
    double refine(Place place);

private:
    [[nodiscard]] uint32_t safe_count(Place place) const;
};

}  // namespace temblor
