#include <algorithm>
#include <cmath>
#include <numeric>

#include "compress/model/reader.h"
#include "tests/compress/model_files.h"
#include "tests/compress/model_fixture.h"
#include "tests/compress/test_devices.h"

namespace temblor {
namespace {

using testing::expect_close;
using testing::expect_error;
using testing::ModelFixture;

constexpr const char* kReaders[] = {
    "llama",   "llama-bias-tied", "llama3-rope",  "llama-linear", "llama-dynamic", "llama-yarn",
    "mistral", "qwen2",           "qwen2-window", "qwen3",        "phi3",          "phi3-long"};

/// RoPE by the text's length: rows that were read before the text grew differ, in transformers too.
bool depends_on_length(const std::string& name) {
    return name == "llama-dynamic" || name == "phi3-long";
}

/// Every test runs on the CPU, on the test's own device, and where TEMBLOR_DEVICE says.
class ReaderTest : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override { options_.device = testing::device_under_test(GetParam()); }

    std::unique_ptr<Reader> open(const std::string& name) {
        fixture_ = ModelFixture::read(name);
        auto reader = Reader::open(fixture_.folder, options_);
        EXPECT_TRUE(reader.is_ok()) << reader.status().to_string();
        return reader.is_ok() ? std::move(reader).value() : nullptr;
    }

    ModelOptions options_;
    ModelFixture fixture_;
};

std::vector<int64_t> all_rows(size_t count) {
    std::vector<int64_t> rows(count);
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

KvCache new_cache(const Reader& reader) {
    auto cache = reader.new_cache();
    EXPECT_TRUE(cache.is_ok()) << cache.status().to_string();
    return std::move(cache).value();
}

/// The scores of all rows of `ids`, read into `cache`.
std::vector<float> scores_of(const Reader& reader, KvCache& cache, std::vector<uint32_t> ids) {
    ReadRequest request;
    request.logit_rows = all_rows(ids.size());
    request.input.ids = std::move(ids);
    request.cache = &cache;
    const auto results = reader.read({&request, 1});
    EXPECT_TRUE(results.is_ok()) << results.status().to_string();
    return results.is_ok() ? results.value()[0].logits : std::vector<float>();
}

/// Of all numbers together, by their squares.
double relative_error(const std::vector<float>& found, const std::vector<float>& expected) {
    double wrong = 0;
    double all = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
        wrong += std::pow(found.at(i) - expected[i], 2);
        all += std::pow(expected[i], 2);
    }
    return std::sqrt(wrong / all);
}

TEST_P(ReaderTest, ScoresEqualTransformers) {
    for (const char* name : kReaders) {
        SCOPED_TRACE(name);
        const auto reader = open(name);
        ASSERT_NE(reader, nullptr);
        for (size_t i = 0; i < fixture_.texts.size(); ++i) {
            KvCache cache = new_cache(*reader);
            expect_close(scores_of(*reader, cache, fixture_.texts[i].ids), fixture_.outputs[i],
                         1e-4F);
        }
    }
}

TEST_P(ReaderTest, Int8IsCloseAndTheSameByRowsAndAtOnce) {
    options_.precision = Precision::kInt8;
    for (const char* name : {"llama", "llama-bias-tied", "phi3"}) {
        SCOPED_TRACE(name);
        const auto reader = open(name);
        ASSERT_NE(reader, nullptr);
        KvCache cache = new_cache(*reader);
        const std::vector<uint32_t>& ids = fixture_.texts.back().ids;
        const std::vector<float> at_once = scores_of(*reader, cache, ids);
        EXPECT_LT(relative_error(at_once, fixture_.outputs.back()), 0.06);
        cache.truncate(0);
        std::vector<float> by_rows;
        for (const uint32_t id : ids) {
            const std::vector<float> row = scores_of(*reader, cache, {id});
            by_rows.insert(by_rows.end(), row.begin(), row.end());
        }
        EXPECT_LT(relative_error(by_rows, at_once), GetParam() == "cpu" ? 1e-5 : 0.03);
    }
}

TEST_P(ReaderTest, ABatchEqualsItsTextsAlone) {
    for (const char* name : kReaders) {
        SCOPED_TRACE(name);
        const auto reader = open(name);
        std::vector<KvCache> caches;
        for (size_t i = 0; i < fixture_.texts.size(); ++i) caches.push_back(new_cache(*reader));
        std::vector<ReadRequest> requests(fixture_.texts.size());
        for (size_t i = 0; i < requests.size(); ++i) {
            requests[i].input.ids = fixture_.texts[i].ids;
            requests[i].cache = &caches[i];
            requests[i].logit_rows = all_rows(fixture_.texts[i].ids.size());
        }
        const auto results = reader->read(requests);
        ASSERT_TRUE(results.is_ok()) << results.status().to_string();
        for (size_t i = 0; i < requests.size(); ++i) {
            expect_close(results.value()[i].logits, fixture_.outputs[i], 1e-4F);
        }
    }
}

TEST_P(ReaderTest, ChunksOfAnySizeEqualOnePass) {
    for (const char* name : kReaders) {
        SCOPED_TRACE(name);
        const auto reader = open(name);
        for (const int64_t chunk : {1, 4, 7, 18}) {
            SCOPED_TRACE(chunk);
            reader->set_chunk_rows(chunk);
            KvCache cache = new_cache(*reader);
            expect_close(scores_of(*reader, cache, fixture_.texts.back().ids),
                         fixture_.outputs.back(), 1e-4F);
        }
    }
}

TEST_P(ReaderTest, RowsAfterACacheEqualOnePass) {
    for (const char* name : kReaders) {
        if (depends_on_length(name)) continue;
        SCOPED_TRACE(name);
        const auto reader = open(name);
        const std::vector<uint32_t>& ids = fixture_.texts.back().ids;
        KvCache cache = new_cache(*reader);
        std::vector<float> scores;
        for (size_t i = 0; i < ids.size(); ++i) {
            const std::vector<float> row = scores_of(*reader, cache, {ids[i]});
            scores.insert(scores.end(), row.begin(), row.end());
        }
        expect_close(scores, fixture_.outputs.back(), 1e-4F);
        EXPECT_EQ(cache.length(), static_cast<int64_t>(ids.size()));
        const std::vector<float> last(scores.end() - reader->config().vocabulary, scores.end());
        cache.truncate(cache.length() - 1);
        expect_close(scores_of(*reader, cache, {ids.back()}), last, 1e-4F);
    }
}

TEST_P(ReaderTest, OneStepOfSeveralCachesEqualsEachAlone) {
    const auto reader = open("mistral");
    const std::vector<uint32_t>& ids = fixture_.texts.back().ids;
    const auto width = static_cast<size_t>(reader->config().vocabulary);
    std::vector<KvCache> caches;
    std::vector<ReadRequest> requests(5);
    for (size_t i = 0; i < requests.size(); ++i) caches.push_back(new_cache(*reader));
    for (size_t i = 0; i < requests.size(); ++i) {
        const size_t past = 3 * i + 1;
        (void)scores_of(*reader, caches[i], {ids.begin(), ids.begin() + long(past)});
        requests[i].input.ids = {ids[past]};
        requests[i].cache = &caches[i];
        requests[i].logit_rows = {0};
    }
    const auto results = reader->read(requests);
    ASSERT_TRUE(results.is_ok()) << results.status().to_string();
    for (size_t i = 0; i < requests.size(); ++i) {
        const auto* row = fixture_.outputs.back().data() + (3 * i + 1) * width;
        expect_close(results.value()[i].logits, {row, row + width}, 1e-4F);
    }
}

TEST_P(ReaderTest, EmbeddedRowsEqualTheirTokens) {
    const auto reader = open("llama");
    std::vector<uint32_t> ids = fixture_.texts.back().ids;
    const auto rows = reader->embeddings(std::vector<uint32_t>{ids[2], ids[9], ids[10]});
    ASSERT_TRUE(rows.is_ok());
    ReadRequest request;
    KvCache cache = new_cache(*reader);
    request.logit_rows = all_rows(ids.size());
    for (const size_t i : {2, 9, 10}) ids[i] = kEmbeddedRow;
    request.input.ids = ids;
    request.input.embeddings = rows.value();
    request.cache = &cache;
    reader->set_chunk_rows(5);
    const auto results = reader->read({&request, 1});
    ASSERT_TRUE(results.is_ok()) << results.status().to_string();
    expect_close(results.value()[0].logits, fixture_.outputs.back(), 1e-4F);
}

TEST_P(ReaderTest, ShiftedPositionsChangeNothing) {
    for (const char* name : {"llama", "mistral"}) {
        const auto reader = open(name);
        ReadRequest request;
        KvCache cache = new_cache(*reader);
        request.input.ids = fixture_.texts.back().ids;
        request.logit_rows = all_rows(request.input.ids.size());
        request.input.positions = all_rows(request.input.ids.size());
        for (int64_t& position : request.input.positions) position += 17;
        request.cache = &cache;
        const auto results = reader->read({&request, 1});
        ASSERT_TRUE(results.is_ok()) << results.status().to_string();
        expect_close(results.value()[0].logits, fixture_.outputs.back(), 2e-4F);
        EXPECT_EQ(cache.next_position(), 17 + static_cast<int64_t>(request.input.ids.size()));
    }
}

TEST_P(ReaderTest, LogProbabilitiesAreThoseOfTheScores) {
    const auto reader = open("qwen2");
    const std::vector<uint32_t>& ids = fixture_.texts.back().ids;
    ReadRequest request;
    KvCache cache = new_cache(*reader);
    request.input.ids = ids;
    request.targets.assign(ids.begin() + 1, ids.end());
    request.targets.push_back(kNoTarget);
    request.cache = &cache;
    reader->set_chunk_rows(6);
    const auto results = reader->read({&request, 1});
    ASSERT_TRUE(results.is_ok()) << results.status().to_string();
    const auto width = static_cast<size_t>(reader->config().vocabulary);
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
        const auto* row = fixture_.outputs.back().data() + i * width;
        double sum = 0;
        for (size_t j = 0; j < width; ++j) sum += std::exp(row[j]);
        EXPECT_NEAR(results.value()[0].log_probabilities[i], row[ids[i + 1]] - std::log(sum), 1e-4);
    }
    EXPECT_EQ(results.value()[0].log_probabilities.back(), 0);
}

/// Keeps what it is told.
class KeepingObserver final : public QueryObserver {
public:
    explicit KeepingObserver(int64_t window) : window_(window) {}
    [[nodiscard]] int64_t window() const override { return window_; }
    void observe(int64_t layer, const DeviceRows& queries, const KvCache& cache) override {
        EXPECT_EQ(layer, static_cast<int64_t>(queries_.size()));
        EXPECT_LT(cache.length(), 19);
        shapes_.push_back(queries.shape());
        queries_.push_back(queries.to_floats());
    }

    int64_t window_;
    std::vector<std::vector<int64_t>> shapes_;
    std::vector<std::vector<float>> queries_;
};

TEST_P(ReaderTest, ObserverSeesTheLastQueriesWhateverTheChunk) {
    const auto reader = open("qwen3");
    std::vector<std::vector<float>> first;
    for (const int64_t chunk : {64, 5, 6}) {
        SCOPED_TRACE(chunk);
        reader->set_chunk_rows(chunk);
        KeepingObserver observer(4);
        ReadRequest request;
        KvCache cache = new_cache(*reader);
        request.input.ids = fixture_.texts.back().ids;
        request.cache = &cache;
        request.observer = &observer;
        const auto results = reader->read({&request, 1});
        ASSERT_TRUE(results.is_ok()) << results.status().to_string();
        ASSERT_EQ(observer.queries_.size(), 2U);
        EXPECT_EQ(observer.shapes_[0], (std::vector<int64_t>{4, 4, 12}));
        if (first.empty()) first = observer.queries_;
        for (size_t i = 0; i < 2; ++i) expect_close(observer.queries_[i], first[i], 1e-4F);
    }
}

TEST_P(ReaderTest, GreedyBatchEqualsStepByStep) {
    for (const char* name : {"llama", "mistral", "qwen3", "phi3"}) {
        SCOPED_TRACE(name);
        const auto reader = open(name);
        std::vector<KvCache> caches;
        std::vector<GenerationRequest> requests(3);
        for (size_t i = 0; i < requests.size(); ++i) caches.push_back(new_cache(*reader));
        for (size_t i = 0; i < requests.size(); ++i) {
            const auto& ids = fixture_.texts.back().ids;
            requests[i].input.ids = {ids.begin(), ids.begin() + long(4 * i + 3)};
            requests[i].cache = &caches[i];
            requests[i].options.max_tokens = 6 + static_cast<int64_t>(i);
            requests[i].options.ignore_end = true;
        }
        const auto answers = reader->generate(requests);
        ASSERT_TRUE(answers.is_ok()) << answers.status().to_string();
        for (size_t i = 0; i < requests.size(); ++i) {
            KvCache cache = new_cache(*reader);
            std::vector<uint32_t> next = requests[i].input.ids;
            for (const uint32_t id : answers.value()[i].ids) {
                const std::vector<float> scores = scores_of(*reader, cache, next);
                const std::span<const float> last(
                    scores.data() + scores.size() - size_t(reader->config().vocabulary),
                    size_t(reader->config().vocabulary));
                ASSERT_EQ(id, std::ranges::max_element(last) - last.begin());
                next = {id};
            }
            EXPECT_EQ(answers.value()[i].ids.size(), 6 + i);
            EXPECT_EQ(answers.value()[i].finish, FinishReason::kLength);
            // The last token is not read any more.
            EXPECT_EQ(caches[i].length(),
                      int64_t(requests[i].input.ids.size() + answers.value()[i].ids.size()) - 1);
        }
    }
}

TEST_P(ReaderTest, SamplingFollowsTheSeed) {
    const auto reader = open("llama");
    const auto sampled = [&](uint64_t seed) {
        GenerationRequest request;
        KvCache cache = new_cache(*reader);
        request.input.ids = {5, 6, 7};
        request.cache = &cache;
        request.options = {.max_tokens = 20, .temperature = 1, .top_p = 0.95, .seed = seed};
        request.options.ignore_end = true;
        request.options.log_probabilities = true;
        const auto answers = reader->generate({&request, 1});
        EXPECT_TRUE(answers.is_ok()) << answers.status().to_string();
        EXPECT_EQ(answers.value()[0].log_probabilities.size(), 20U);
        for (const float one : answers.value()[0].log_probabilities) EXPECT_LE(one, 0);
        return answers.value()[0].ids;
    };
    EXPECT_EQ(sampled(1), sampled(1));
    EXPECT_NE(sampled(1), sampled(2));
}

TEST_P(ReaderTest, RefusesWrongRequests) {
    const auto reader = open("llama");
    const auto other = open("qwen3");
    KvCache cache = new_cache(*reader);
    KvCache foreign = new_cache(*other);
    const auto error = [&](const ReadRequest& request) {
        return reader->read({&request, 1}).status();
    };
    constexpr auto kWrong = StatusCode::kInvalidArgument;
    ReadRequest request;
    request.cache = &cache;
    expect_error(error(request), kWrong, {"request 0", "input"});
    request.input.ids = {3, 64};
    expect_error(error(request), kWrong, {"ids[1]", "64"});
    request.input.ids = {3, kEmbeddedRow};
    expect_error(error(request), kWrong, {"embeddings", "32"});
    request.input.ids = {3, 4};
    request.input.positions = {1};
    expect_error(error(request), kWrong, {"positions"});
    request.input.positions = {};
    request.logit_rows = {2};
    expect_error(error(request), kWrong, {"logit_rows", "2"});
    request.logit_rows = {};
    request.targets = {1};
    expect_error(error(request), kWrong, {"targets"});
    request.targets = {};
    request.cache = &foreign;
    expect_error(error(request), kWrong, {"cache"});
    request.cache = &cache;
    const std::vector<ReadRequest> twice = {request, request};
    expect_error(reader->read(twice).status(), kWrong, {"request 1", "cache"});
    EXPECT_EQ(cache.length(), 0);
    expect_error(Reader::open(ModelFixture::read("bert-mlm").folder, options_).status(),
                 StatusCode::kUnimplemented, {"config.json", "bert"});
}

INSTANTIATE_TEST_SUITE_P(Devices, ReaderTest, ::testing::ValuesIn(testing::devices_under_test()),
                         [](const auto& device) { return device.param; });

}  // namespace
}  // namespace temblor
