// Exact search of a memtable of vectors as learned sparse encoders make them: 119 entries a row,
// 24 a query, over 30,000 components whose use falls with their rank.

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "data/splitmix.h"
#include "query/collection/memtable_search.h"

namespace temblor {
namespace {

constexpr uint32_t kDim = 30'000;
constexpr uint32_t kQueries = 256;

SparseVector vector_of(SplitMix& random, uint32_t nnz) {
    SparseVector vector;
    while (vector.components.size() < nnz) {
        // Density falls as rank^-0.6; ranks are scattered over the components.
        const double rank = std::pow(random.uniform(), 2.5) * kDim;
        vector.components.push_back(static_cast<uint32_t>(rank) * 7919U % kDim);
        std::sort(vector.components.begin(), vector.components.end());
        const auto end = std::unique(vector.components.begin(), vector.components.end());
        vector.components.erase(end, vector.components.end());
    }
    for (uint32_t i = 0; i < nnz; ++i) {
        vector.values.push_back(static_cast<float>(0.1 + random.uniform() * 2));
    }
    return vector;
}

std::shared_ptr<const Schema> schema() {
    auto made = std::make_shared<Schema>();
    made->sparse[""] = {};
    made->dense["d"] = {768, Distance::kDot};
    return made;
}

void fill(Memtable& memtable, uint32_t rows, bool dense) {
    SplitMix random(1);
    for (uint32_t row = 0; row < rows; ++row) {
        Point point;
        point.id = uint64_t{row};
        if (dense) {
            DenseVector vector(768);
            for (float& value : vector) value = static_cast<float>(random.uniform());
            point.vectors.push_back({"d", std::move(vector)});
        } else {
            point.vectors.push_back({"", vector_of(random, 119)});
        }
        memtable.append(row, point);
    }
}

void sparse_search(benchmark::State& state) {
    const auto rows = static_cast<uint32_t>(state.range(0));
    const auto k = static_cast<uint32_t>(state.range(1));
    Memtable memtable(schema());
    fill(memtable, rows, false);
    SplitMix random(2);
    std::vector<SparseVector> queries;
    for (uint32_t i = 0; i < kQueries; ++i) queries.push_back(vector_of(random, 24));
    uint64_t touched = 0;
    for (const SparseVector& query : queries) {
        for (uint32_t row = 0; row < rows; ++row) {
            const auto stored = memtable.sparse("", row).components;
            for (const uint32_t component : query.components) {
                touched += std::binary_search(stored.begin(), stored.end(), component) ? 1 : 0;
            }
        }
    }
    MemtableScratch scratch;
    std::vector<MemtableHit> hits;
    SearchCounters counters;
    size_t next = 0;
    for (auto _ : state) {
        const Status status =
            search_memtable_sparse(memtable, "", queries[next++ % kQueries].view(), rows, {}, {}, k,
                                   scratch, hits, counters);
        if (!status.is_ok()) state.SkipWithError(status.message().c_str());
        benchmark::DoNotOptimize(hits.data());
    }
    state.counters["postings"] = static_cast<double>(touched) / kQueries;
    state.counters["bytes_a_row"] = static_cast<double>(memtable.bytes()) / rows;
}
BENCHMARK(sparse_search)
    ->ArgNames({"rows", "k"})
    ->Args({16'384, 10})
    ->Args({16'384, 100})
    ->Args({1'024, 10})
    ->Unit(benchmark::kMicrosecond);

void dense_search(benchmark::State& state) {
    const auto rows = static_cast<uint32_t>(state.range(0));
    Memtable memtable(schema());
    fill(memtable, rows, true);
    const DenseVector query(768, 0.5F);
    MemtableScratch scratch;
    std::vector<MemtableHit> hits;
    SearchCounters counters;
    for (auto _ : state) {
        const Status status =
            search_memtable_dense(memtable, "d", query, rows, {}, {}, 10, scratch, hits, counters);
        if (!status.is_ok()) state.SkipWithError(status.message().c_str());
        benchmark::DoNotOptimize(hits.data());
    }
}
BENCHMARK(dense_search)->ArgName("rows")->Arg(16'384)->Arg(256)->Unit(benchmark::kMicrosecond);

void append(benchmark::State& state) {
    SplitMix random(3);
    std::vector<Point> points(4096);
    for (Point& point : points) point.vectors.push_back({"", vector_of(random, 119)});
    auto memtable = std::make_unique<Memtable>(schema());
    for (auto _ : state) {
        const uint32_t rows = memtable->rows();
        if (rows == 16'384) {
            state.PauseTiming();
            memtable = std::make_unique<Memtable>(schema());
            state.ResumeTiming();
        }
        memtable->append(memtable->rows(), points[rows % points.size()]);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(append)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace temblor
