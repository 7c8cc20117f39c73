#include "index/list_builder.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace temblor {
namespace {

constexpr float kSteps = 15;  // of a 4-bit summary value

template <typename T>
void append(std::vector<std::byte>& bytes, T value, size_t width = sizeof(T)) {
    const auto* at = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), at, at + width);
}

void pad_to_8(std::vector<std::byte>& bytes) { bytes.resize((bytes.size() + 7) / 8 * 8); }

}  // namespace

ListBuilder::ListBuilder(const SparseDataset& dataset, const HeavyEntries& heavy,
                         uint32_t components, const BuildParameters& parameters)
    : dataset_(dataset),
      parameters_(parameters),
      components_(components),
      clusterer_(dataset, heavy, components, parameters),
      maximum_(components) {}

void ListBuilder::build(uint32_t list, std::span<const uint32_t> rows, BuiltList& out) {
    out.blocks.clear();
    out.summaries.clear();
    out.record = ListRecord{};
    out.record.postings = static_cast<uint32_t>(rows.size());
    if (rows.size() <= kUnsummarisedPostings) {
        out.rows.assign(rows.begin(), rows.end());
        if (!rows.empty()) out.blocks.push_back({0, 0});
        out.record.blocks = static_cast<uint32_t>(out.blocks.size());
        return;
    }
    clusterer_.cluster(list, rows, blocking_);
    out.rows = blocking_.rows;
    entries_.clear();
    for (uint32_t b = 0; b < blocking_.begins.size(); ++b) {
        const uint32_t begin = blocking_.begins[b];
        const size_t end =
            b + 1 < blocking_.begins.size() ? blocking_.begins[b + 1] : out.rows.size();
        out.blocks.push_back({begin, 0});
        summarise(std::span(out.rows).subspan(begin, end - begin), b, out.blocks.back());
    }
    out.record.blocks = static_cast<uint32_t>(out.blocks.size());
    out.record.entries = static_cast<uint32_t>(entries_.size());
    encode(out);
}

void ListBuilder::summarise(std::span<const uint32_t> rows, uint32_t block, BlockRecord& record) {
    touched_.clear();
    for (const uint32_t row : rows) {
        const SparseVectorView document = dataset_.row(row);
        for (size_t i = 0; i < document.nnz(); ++i) {
            if (!(document.values[i] > 0)) continue;  // a stored zero adds nothing
            float& m = maximum_[document.components[i]];
            if (m == 0) touched_.push_back(document.components[i]);
            m = std::max(m, document.values[i]);
        }
    }
    float largest = 0;
    double mass = 0;
    for (const uint32_t c : touched_) {
        largest = std::max(largest, maximum_[c]);
        mass += static_cast<double>(maximum_[c]);
    }
    record.scale = largest / kSteps / std::pow(static_cast<float>(rows.size()), kBlockSizeExponent);
    seen_ = touched_;
    cut_to_energy(largest, mass);
    const float steps = largest > 0 ? kSteps / largest : 0;
    for (const uint32_t c : touched_) {
        const auto value =
            static_cast<uint32_t>(std::clamp(std::ceil(maximum_[c] * steps), 1.0F, kSteps));
        entries_.push_back((uint64_t{c} << 32) | (uint64_t{block} << 4) | value);
    }
    for (const uint32_t c : seen_) maximum_[c] = 0;
}

void ListBuilder::cut_to_energy(float largest, double mass) {
    // Mass by 256 bins of value / largest: whole bins are kept from the top until the one in which
    // the wanted share is reached; only that bin is sorted.
    constexpr int kBins = 256;
    std::array<double, kBins> bins{};
    const float per_value = largest > 0 ? (kBins - 1) / largest : 0;
    const auto bin_of = [&](uint32_t c) { return static_cast<int>(maximum_[c] * per_value); };
    for (const uint32_t c : touched_)
        bins[static_cast<size_t>(bin_of(c))] += static_cast<double>(maximum_[c]);
    const double wanted = parameters_.summary_energy * mass;
    double kept = 0;
    int cut = kBins - 1;
    while (cut > 0 && kept + bins[static_cast<size_t>(cut)] < wanted) {
        kept += bins[static_cast<size_t>(cut)];
        --cut;
    }
    const auto sure = std::partition(touched_.begin(), touched_.end(),
                                     [&](uint32_t c) { return bin_of(c) > cut; });
    const auto possible =
        std::partition(sure, touched_.end(), [&](uint32_t c) { return bin_of(c) == cut; });
    std::sort(sure, possible, [&](uint32_t a, uint32_t b) {
        return maximum_[a] != maximum_[b] ? maximum_[a] > maximum_[b] : a < b;
    });
    auto last = sure;
    while (last != possible && kept < wanted) kept += static_cast<double>(maximum_[*last++]);
    touched_.erase(last, touched_.end());
}

void ListBuilder::encode(BuiltList& out) {
    std::sort(entries_.begin(), entries_.end());
    const auto count = static_cast<uint32_t>(entries_.size());
    const SummaryLayout layout = SummaryLayout::choose(out.record.blocks, count, components_);
    const size_t offset_bytes = count > UINT16_MAX ? 4 : 2;
    std::vector<std::byte>& bytes = out.summaries;
    const auto bucket_of = [&](size_t e) {
        return static_cast<uint32_t>(entries_[e] >> (32 + layout.shift));
    };
    if (components_ > 65536) {
        std::vector<uint32_t> first;
        std::vector<uint32_t> buckets;
        for (uint32_t e = 0; e < count; ++e) {
            if (e == 0 || bucket_of(e) != bucket_of(e - 1)) {
                buckets.push_back(bucket_of(e));
                first.push_back(e);
            }
        }
        first.push_back(count);
        append(bytes, static_cast<uint32_t>(buckets.size()));
        append(bytes, uint32_t{0});
        for (const uint32_t b : buckets) append(bytes, b);
        for (const uint32_t f : first) append(bytes, f, offset_bytes);
    } else {
        const uint32_t buckets = ((components_ - 1) >> layout.shift) + 1;
        uint32_t e = 0;
        for (uint32_t b = 0; b <= buckets; ++b) {
            while (e < count && bucket_of(e) < b) ++e;
            append(bytes, e, offset_bytes);
        }
    }
    pad_to_8(bytes);
    const uint64_t low_bits = (uint64_t{1} << layout.shift) - 1;
    for (const uint64_t e : entries_) {
        const uint64_t block = (e & UINT32_MAX) >> 4;
        append(bytes, static_cast<uint16_t>((((e >> 32) & low_bits) << layout.block_bits) | block));
    }
    for (uint32_t e = 0; e < count; e += 2) {
        const uint64_t odd = e + 1 < count ? entries_[e + 1] & 15U : 0;
        append(bytes, static_cast<uint8_t>((entries_[e] & 15U) | (odd << 4)));
    }
    pad_to_8(bytes);
}

}  // namespace temblor
