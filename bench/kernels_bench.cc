#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "data/splitmix.h"
#include "query/kernels.h"

// The kernels of search, over documents that follow one another in memory: what is measured is
// arithmetic and looking up a query's table, not waiting for memory. Sizes: 40 entries are the
// first tier of a record, 80 the rest of a mean SPLADE document, 119 a whole one, 300 a long one; a
// bucket of summary keys holds about 64.
namespace temblor {
namespace {

constexpr uint32_t kComponents = 30'522;  // of BERT's vocabulary
constexpr size_t kDocuments = 2048;
constexpr uint32_t kQueryEntries = 48;

struct Store {
    std::vector<uint16_t> table = std::vector<uint16_t>(kComponents + 2);
    std::vector<float> value_table = std::vector<float>(kComponents + 1);
    std::vector<uint16_t> narrow;
    std::vector<uint32_t> wide;
    std::vector<uint8_t> weights;
    std::vector<float> values;

    explicit Store(size_t entries) {
        SplitMix random(7);
        for (uint32_t i = 0; i < kQueryEntries; ++i) {
            const uint64_t c = random.below(kComponents);
            table[c] = static_cast<uint16_t>(1 + random.below(32'767));
            value_table[c] = static_cast<float>(random.uniform());
        }
        for (size_t d = 0; d < kDocuments; ++d) {
            std::vector<uint32_t> components(entries);
            for (uint32_t& c : components) c = static_cast<uint32_t>(random.below(kComponents));
            std::sort(components.begin(), components.end());
            for (const uint32_t c : components) {
                wide.push_back(c);
                narrow.push_back(static_cast<uint16_t>(c));
                weights.push_back(static_cast<uint8_t>(random.next()));
                values.push_back(static_cast<float>(random.uniform()));
            }
        }
    }
};

/// Calls `dot(store, offset)` for one document after the other.
template <typename Dot>
void over_documents(benchmark::State& state, Dot&& dot) {
    const auto entries = static_cast<size_t>(state.range(0));
    const Store store(entries);
    size_t document = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(dot(store, document * entries, entries));
        document = (document + 1) % kDocuments;
    }
    state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(entries));
}

void key_range(benchmark::State& state, const Kernels& set) {
    const auto n = static_cast<uint32_t>(state.range(0));
    constexpr size_t kBuckets = 4096;
    constexpr size_t kSlack = 32;
    SplitMix random(8);
    std::vector<uint16_t> keys(kBuckets * n + kSlack);
    std::vector<uint16_t> wanted(kBuckets);
    for (size_t b = 0; b < kBuckets; ++b) {
        const auto bucket = keys.begin() + static_cast<int64_t>(b * n);
        for (uint32_t i = 0; i < n; ++i)
            bucket[i] = static_cast<uint16_t>(random.below(8) << 13 | random.below(1 << 13));
        std::sort(bucket, bucket + n);
        wanted[b] = static_cast<uint16_t>(random.below(8) << 13);
    }
    size_t b = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(set.key_range(keys.data() + b * n, n, wanted[b],
                                               static_cast<uint16_t>(wanted[b] | 0x1FFF)));
        b = (b + 1) % kBuckets;
    }
    state.SetItemsProcessed(state.iterations() * n);
}

bool register_all() {
    for (const Kernels* set : supported_kernels()) {
        const auto named = [&](const char* kernel) {
            return std::string(kernel) + "/" + std::string(set->name);
        };
        for (const int64_t entries : {40, 80, 119, 300}) {
            benchmark::RegisterBenchmark(named("dot_u16_u8").c_str(), [set](
                                                                          benchmark::State& state) {
                over_documents(state, [&](const Store& s, size_t at, size_t n) {
                    return set->dot_u16_u8(s.table.data(), s.narrow.data() + at,
                                           s.weights.data() + at, n);
                });
            })->Arg(entries);
            benchmark::RegisterBenchmark(named("dot_u32_u8").c_str(), [set](
                                                                          benchmark::State& state) {
                over_documents(state, [&](const Store& s, size_t at, size_t n) {
                    return set->dot_u32_u8(s.table.data(), kComponents, s.wide.data() + at,
                                           s.weights.data() + at, n);
                });
            })->Arg(entries);
            benchmark::RegisterBenchmark(named("dot_u32_f32").c_str(), [set](benchmark::State&
                                                                                 state) {
                over_documents(state, [&](const Store& s, size_t at, size_t n) {
                    return set->dot_u32_f32(s.value_table.data(), kComponents, s.wide.data() + at,
                                            s.values.data() + at, n);
                });
            })->Arg(entries);
        }
        benchmark::RegisterBenchmark(named("key_range").c_str(), [set](benchmark::State& state) {
            key_range(state, *set);
        })->Arg(64);
    }
    return true;
}

[[maybe_unused]] const bool kRegistered = register_all();

}  // namespace
}  // namespace temblor
