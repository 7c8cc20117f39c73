// What a live collection costs, on one collection of sparse vectors: acknowledged writes, bulk
// loading beside the offline builder, searching after replacements and while others write, memory,
// reopening. Prints one JSON object a stage. docs/benchmarks.md says how it is run.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "data/formats/collection_reader.h"
#include "data/splitmix.h"
#include "data/vocabulary.h"
#include "index/collection/bulk_load.h"
#include "index/collection/collection.h"
#include "index/segment_builder.h"
#include "query/collection/collection_search.h"

namespace temblor {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The value of a result, or the end of the program with its message.
template <typename T>
T need(Result<T> result) {
    if (!result.is_ok()) {
        fmt::print(stderr, "bench_collection: {}\n", result.status().to_string());
        std::exit(1);
    }
    return std::move(result).value();
}
void need(const Status& status) {
    if (status.is_ok()) return;
    fmt::print(stderr, "bench_collection: {}\n", status.to_string());
    std::exit(1);
}

struct Latency {
    double mean = 0;
    double p50 = 0;
    double p99 = 0;
};
Latency summarise(std::vector<double>& microseconds) {
    if (microseconds.empty()) return {};
    std::sort(microseconds.begin(), microseconds.end());
    double sum = 0;
    for (const double v : microseconds) sum += v;
    const size_t n = microseconds.size();
    return {sum / static_cast<double>(n), microseconds[n / 2], microseconds[n * 99 / 100]};
}
std::string json(const Latency& l) {
    return fmt::format("{{\"mean\":{:.1f},\"p50\":{:.1f},\"p99\":{:.1f}}}", l.mean, l.p50, l.p99);
}

uint64_t resident_bytes(const char* field) {
    std::FILE* file = std::fopen("/proc/self/status", "r");
    if (file == nullptr) return 0;
    char line[256];
    uint64_t kilobytes = 0;
    while (std::fgets(line, sizeof(line), file) != nullptr) {
        unsigned long long value = 0;
        const std::string pattern = std::string(field) + ": %llu kB";
        if (std::sscanf(line, pattern.c_str(), &value) == 1) kilobytes = value;
    }
    std::fclose(file);
    return kilobytes * 1024;
}

class Bench {
public:
    std::string input;
    std::string queries_path;
    std::string folder;
    uint64_t most = 1'000'000;
    uint64_t writes = 3000;
    uint32_t accuracy_queries = 300;

    void run() {
        documents_ = need(read_collection(input, {}, no_progress())).vectors;
        queries_ =
            need(read_queries(queries_path, {}, {}, Vocabulary(), nullptr, no_progress())).vectors;
        rows_ = std::min(most, documents_.rows());
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        single_writes(1);
        single_writes(8);
        offline_and_bulk();
        search_quiet("after bulk load");
        mixed();
        replace();
        reopen();
    }

private:
    [[nodiscard]] static Schema schema() {
        Schema schema;
        schema.sparse["text"] = {};
        return schema;
    }
    [[nodiscard]] Point point(uint64_t id, uint64_t row) const {
        const SparseVectorView v = documents_.row(row);
        SparseVector copy{{v.components.begin(), v.components.end()},
                          {v.values.begin(), v.values.end()}};
        Point point{id, {}, {}};
        point.vectors.push_back({"text", std::move(copy)});
        return point;
    }

    /// Points a second, each acknowledged by itself, on an empty collection.
    void single_writes(uint32_t writers) {
        const std::string path = folder + "/single";
        std::filesystem::remove_all(path);
        auto collection = need(Collection::create(path, schema(), {}));
        std::vector<std::thread> threads;
        const auto begin = Clock::now();
        std::vector<std::vector<double>> latencies(writers);
        for (uint32_t w = 0; w < writers; ++w) {
            threads.emplace_back([&, w] {
                for (uint64_t i = 0; i < writes; ++i) {
                    const uint64_t id = w * writes + i;
                    std::vector<Point> one{point(id, id % rows_)};
                    const auto start = Clock::now();
                    need(collection->write(upsert_points(std::move(one))));
                    latencies[w].push_back(1e6 * seconds_since(start));
                }
            });
        }
        for (std::thread& t : threads) t.join();
        const double took = seconds_since(begin);
        std::vector<double> all;
        for (const auto& l : latencies) all.insert(all.end(), l.begin(), l.end());
        fmt::print(
            "{{\"stage\":\"single upserts\",\"writers\":{},\"per_second\":{:.0f},"
            "\"latency_us\":{}}}\n",
            writers, static_cast<double>(writers * writes) / took, json(summarise(all)));
        std::fflush(stdout);
        collection.reset();
        std::filesystem::remove_all(path);
    }

    void offline_and_bulk() {
        std::vector<double> ratios;
        for (int round = 0; round < 3; ++round) {
            auto begin = Clock::now();
            {
                SegmentContents contents;
                contents.vectors = need(first_rows());
                contents.ids = DocumentIds::row_numbers(rows_);
                need(build_segment(contents,
                                   BuildParameters::for_collection(rows_, contents.vectors.nnz(),
                                                                   VectorSource::kLearned),
                                   folder + "/offline.tbl", no_progress()));
            }
            const double offline = seconds_since(begin);
            std::filesystem::remove(folder + "/offline.tbl");
            collection_.reset();
            std::filesystem::remove_all(folder + "/bulk");
            begin = Clock::now();
            collection_ = need(Collection::create(folder + "/bulk", schema(), {}));
            auto loader = need(BulkLoader::begin(collection_, "bench", {}));
            for (uint64_t r = 0; r < rows_; ++r) need(loader->add(point(r, r), no_progress()));
            need(loader->finish(no_progress()));
            const double bulk = seconds_since(begin);
            ratios.push_back(offline / bulk);
            fmt::print(
                "{{\"stage\":\"bulk\",\"points\":{},\"offline_seconds\":{:.1f},"
                "\"bulk_seconds\":{:.1f},\"points_per_second\":{:.0f},"
                "\"share_of_offline_speed\":{:.3f},\"peak_rss\":{}}}\n",
                rows_, offline, bulk, static_cast<double>(rows_) / bulk, offline / bulk,
                resident_bytes("VmHWM"));
            std::fflush(stdout);
        }
    }
    [[nodiscard]] Result<SparseDataset> first_rows() const {
        if (rows_ == documents_.rows()) return documents_;
        SparseDatasetBuilder builder;
        for (uint64_t r = 0; r < rows_; ++r) builder.add(documents_.row(r));
        return builder.finish(documents_.dim());
    }

    CollectionQuery query(uint64_t q, bool exact) const {
        const SparseVectorView v = queries_.row(q % queries_.rows());
        CollectionQuery out;
        out.vector = "text";
        out.query = SparseVector{{v.components.begin(), v.components.end()},
                                 {v.values.begin(), v.values.end()}};
        out.parameters.k = 10;
        out.parameters.exact = exact;
        return out;
    }
    double timed_search(uint64_t q, CollectionScratch& scratch, CollectionResult& result) const {
        const CollectionQuery asked = query(q, false);
        const auto start = Clock::now();
        need(search_collection(*collection_->version(), asked, scratch, result));
        return 1e6 * seconds_since(start);
    }
    /// Share of the exact best ten found.
    double accuracy() const {
        const std::shared_ptr<const Version> version = collection_->version();
        CollectionScratch scratch;
        CollectionResult exact;
        CollectionResult found;
        double hits = 0;
        double wanted = 0;
        for (uint32_t q = 0; q < accuracy_queries; ++q) {
            need(search_collection(*version, query(q, true), scratch, exact));
            need(search_collection(*version, query(q, false), scratch, found));
            std::set<uint64_t> best;
            for (const CollectionHit& h : exact.hits) best.insert(h.ordinal);
            for (const CollectionHit& h : found.hits) hits += best.contains(h.ordinal) ? 1 : 0;
            wanted += static_cast<double>(best.size());
        }
        return hits / wanted;
    }
    Latency quiet() const {
        CollectionScratch scratch;
        CollectionResult result;
        std::vector<double> times;
        for (uint64_t q = 0; q < queries_.rows(); ++q) (void)timed_search(q, scratch, result);
        for (uint64_t q = 0; q < queries_.rows(); ++q)
            times.push_back(timed_search(q, scratch, result));
        return summarise(times);
    }
    void search_quiet(const std::string& when) const {
        const Latency latency = quiet();
        const CollectionStats stats = collection_->stats();
        fmt::print(
            "{{\"stage\":\"search\",\"when\":\"{}\",\"latency_us\":{},\"accuracy@10\":{:.4f},"
            "\"segments\":{},\"dead_rows\":{},\"memtable_points\":{},\"memory\":{{"
            "\"memtables\":{},\"database_tables\":{},\"database_cache\":{},"
            "\"database_readers\":{},\"segments_mapped\":{},\"resident\":{}}},"
            "\"database_bytes\":{}}}\n",
            when, json(latency), accuracy(), stats.segments, stats.dead_rows, stats.memtable_points,
            stats.memtable_bytes, stats.database_memory.tables, stats.database_memory.cache,
            stats.database_memory.readers, stats.segment_bytes, resident_bytes("VmRSS"),
            stats.database_bytes);
        std::fflush(stdout);
    }

    /// Every client searches and writes in turn; the searches are timed, and so are those of a
    /// quiet spell before.
    void mixed() {
        for (const uint32_t clients : {1U, 2U}) {
            for (int round = 0; round < 3; ++round) {
                const Latency before = quiet();
                std::vector<std::vector<double>> times(clients);
                std::vector<std::thread> threads;
                const auto begin = Clock::now();
                for (uint32_t c = 0; c < clients; ++c) {
                    threads.emplace_back([&, c] {
                        SplitMix random(c + 10 * static_cast<uint64_t>(round));
                        CollectionScratch scratch;
                        CollectionResult result;
                        for (uint64_t i = 0; i < 5 * writes; ++i) {
                            times[c].push_back(
                                timed_search(random.next() % queries_.rows(), scratch, result));
                            std::vector<Point> one{point(random.below(rows_), random.below(rows_))};
                            need(collection_->write(upsert_points(std::move(one))));
                        }
                    });
                }
                for (std::thread& t : threads) t.join();
                std::vector<double> all;
                for (const auto& t : times) all.insert(all.end(), t.begin(), t.end());
                const Latency during = summarise(all);
                fmt::print(
                    "{{\"stage\":\"half writes\",\"clients\":{},\"seconds\":{:.1f},"
                    "\"quiet_us\":{},\"during_us\":{},\"ratio_mean\":{:.2f},"
                    "\"ratio_p50\":{:.2f},\"accuracy@10\":{:.4f}}}\n",
                    clients, seconds_since(begin), json(before), json(during),
                    during.mean / before.mean, during.p50 / before.p50, accuracy());
                std::fflush(stdout);
                need(collection_->wait_idle());
            }
        }
    }

    /// 30 % of the points, each once.
    void replace() {
        SplitMix random(99);
        const auto begin = Clock::now();
        const uint64_t replaced = rows_ * 3 / 10;
        std::vector<Point> batch;
        for (uint64_t i = 0; i < replaced; ++i) {
            batch.push_back(point((i * 10 / 3) % rows_, random.below(rows_)));
            if (batch.size() == 1000) {
                need(collection_->write(upsert_points(std::move(batch))));
                batch.clear();
            }
        }
        if (!batch.empty()) need(collection_->write(upsert_points(std::move(batch))));
        const double took = seconds_since(begin);
        const CollectionStats stats = collection_->stats();
        fmt::print(
            "{{\"stage\":\"replace\",\"points\":{},\"per_second\":{:.0f},\"batch\":1000,"
            "\"throttled_writes\":{}}}\n",
            replaced, static_cast<double>(replaced) / took, stats.throttled_writes);
        std::fflush(stdout);
        search_quiet("30 % replaced, merging under way");
        need(collection_->wait_idle());
        search_quiet("30 % replaced, idle");
        need(collection_->optimize());
        search_quiet("30 % replaced, optimized");
    }

    void reopen() {
        for (const bool crashed : {false, true}) {
            if (crashed) {  // a full memtable's worth in the log
                std::vector<Point> batch;
                for (uint64_t i = 0; i < 16'000; ++i) batch.push_back(point(i, i));
                need(collection_->write(upsert_points(std::move(batch))));
            }
            collection_.reset();
            const auto begin = Clock::now();
            collection_ = need(Collection::open(folder + "/bulk", {}));
            const double opened = seconds_since(begin);
            CollectionScratch scratch;
            CollectionResult result;
            (void)timed_search(0, scratch, result);
            fmt::print(
                "{{\"stage\":\"reopen\",\"points\":{},\"memtable_points\":{},"
                "\"open_seconds\":{:.3f},\"first_answer_seconds\":{:.3f}}}\n",
                collection_->version()->points, collection_->stats().memtable_points, opened,
                seconds_since(begin));
            std::fflush(stdout);
        }
    }

    SparseDataset documents_;
    SparseDataset queries_;
    uint64_t rows_ = 0;
    std::shared_ptr<Collection> collection_;
};

}  // namespace
}  // namespace temblor

int main(int argc, char** argv) {
    temblor::Bench bench;
    CLI::App app{"Measures a live collection"};
    app.add_option("--input", bench.input, "Documents, CSR")->required();
    app.add_option("--queries", bench.queries_path, "Queries, CSR")->required();
    app.add_option("--folder", bench.folder, "Is emptied")->required();
    app.add_option("--documents", bench.most, "Of the input")->capture_default_str();
    app.add_option("--writes", bench.writes, "Single upserts a writer")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    bench.run();
    return 0;
}
