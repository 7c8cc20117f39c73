// Texts of collections through configured models, the routes of models, and their lane.
#include "server/served_models.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "server/encoding_gate.h"
#include "tests/data/test_files.h"
#include "tests/server/test_service.h"

namespace temblor::testing {
namespace {

namespace json = boost::json;

/// Counts of letters: "a" is component 0. It notes how many texts came at once.
class LetterModel final : public SparseEmbedder {
public:
    LetterModel() {
        std::vector<std::string> letters;
        for (char c = 'a'; c <= 'z'; ++c) letters.emplace_back(1, c);
        vocabulary_ = Vocabulary::from_tokens(letters).value();
    }
    [[nodiscard]] const Vocabulary& vocabulary() const override { return vocabulary_; }
    [[nodiscard]] Result<std::vector<SparseVector>> embed(
        std::span<const std::string> texts, const std::function<bool()>&) const override {
        most_ = std::max<size_t>(most_, texts.size());
        std::vector<SparseVector> made;
        for (const std::string& text : texts) {
            SparseVector& row = made.emplace_back();
            for (uint32_t c = 0; c < 26; ++c) {
                const auto count = std::count(text.begin(), text.end(), static_cast<char>('a' + c));
                if (count == 0) continue;
                row.components.push_back(c);
                row.values.push_back(static_cast<float>(count));
            }
        }
        return made;
    }
    [[nodiscard]] size_t most() const { return most_; }

private:
    Vocabulary vocabulary_;
    mutable std::atomic<size_t> most_{0};
};

/// Waits until it is let go.
class SlowModel final : public Embedder {
public:
    [[nodiscard]] uint32_t size() const override { return 2; }
    [[nodiscard]] Result<Embedded> embed(std::span<const std::string> texts,
                                         const std::function<bool()>&) const override {
        std::unique_lock lock(mutex_);
        ++inside_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
        Embedded made;
        for (const std::string& text : texts)
            made.vectors.push_back({1, static_cast<float>(text.size())});
        return made;
    }
    void wait_for(int callers) const {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return inside_ >= callers; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    mutable int inside_ = 0;
    bool open_ = false;
};

class ServedModelsTest : public FolderTest {
protected:
    void SetUp() override {
        letters_ = std::make_shared<LetterModel>();
        slow_ = std::make_shared<SlowModel>();
        service_ = std::make_unique<TestService>(path("data"), AccessKeys());
        Encoders& encoders = service_->service().encoders();
        ASSERT_TRUE(encoders.add("letters", letters_).is_ok());
        ASSERT_TRUE(encoders.add("slow", slow_).is_ok());
        EXPECT_EQ(encoders.add("slow", letters_).code(), StatusCode::kAlreadyExists);
        done("PUT", "/collections/c",
             R"({"vectors":{"d":{"size":2,"distance":"Dot"},"wide":{"size":3,"distance":"Dot"}},
                 "sparse_vectors":{"s":{}}})");
    }
    void TearDown() override { slow_->open(); }

    json::value done(const std::string& method, const std::string& route,
                     const std::string& body = "") {
        const RawAnswer answer = service_->ask(method, route, body);
        EXPECT_EQ(answer.status, 200U) << route << ": " << answer.body;
        return json::parse(answer.body);
    }
    void expect_wrong(const std::string& method, const std::string& route, const std::string& body,
                      const std::string& word) {
        const RawAnswer answer = service_->ask(method, route, body);
        EXPECT_EQ(answer.status, 400U) << answer.body;
        EXPECT_NE(answer.body.find(word), std::string::npos) << answer.body;
    }

    std::shared_ptr<LetterModel> letters_;
    std::shared_ptr<SlowModel> slow_;
    std::unique_ptr<TestService> service_;
};

TEST_F(ServedModelsTest, TextsBecomeVectorsOnWritesAndSearches) {
    slow_->open();
    done("PUT", "/collections/c/points",
         R"({"points":[{"id":1,"vector":{"s":{"text":"aab","model":"letters"},
                                         "d":{"text":"four","model":"slow"}}},
                       {"id":2,"vector":{"s":{"text":"bbb","model":"letters"}}},
                       {"id":3,"vector":{"s":{"text":"aab","model":"letters"}}}]})");
    EXPECT_EQ(letters_->most(), 3U);  // all at once
    done("POST", "/v1/collections/c/import",
         R"({"id":4,"vector":{"s":{"text":"z","model":"letters"}}})");
    const json::value points =
        done("POST", "/collections/c/points", R"({"ids":[1,4],"with_vector":true})");
    const auto& first =
        points.as_object().at("result").as_array()[0].as_object().at("vector").as_object();
    EXPECT_EQ(first.at("s"), json::parse(R"({"indices":[0,1],"values":[2,1]})"));
    EXPECT_EQ(first.at("d").as_array()[1].to_number<double>(), 4.0);
    const json::value found =
        done("POST", "/collections/c/points/query",
             R"({"using":"s","query":{"text":"bz","model":"letters"},"limit":2})");
    const auto& hits = found.as_object().at("result").as_object().at("points").as_array();
    ASSERT_EQ(hits.size(), 2U);
    EXPECT_EQ(hits[0].as_object().at("id").to_number<int>(), 2);
    EXPECT_EQ(hits[0].as_object().at("score").to_number<double>(), 3.0);
    const json::value ours =
        done("POST", "/v1/collections/c/search",
             R"({"text":{"text":"ab","model":"letters"},"explain":true,"limit":1})");
    const std::string text = json::serialize(ours);
    EXPECT_NE(text.find(R"("term":"a")"), std::string::npos) << text;
    const json::value dense = done("POST", "/v1/collections/c/search",
                                   R"({"text":{"text":"abc","model":"slow","using":"d"}})");
    EXPECT_EQ(
        dense.as_object().at("hits").as_array()[0].as_object().at("score").to_number<double>(),
        13.0);
}

TEST_F(ServedModelsTest, WhatDoesNotFitIsNamed) {
    const auto point = [](const std::string& name, const std::string& model,
                          const std::string& more = "") {
        return R"({"points":[{"id":1,"vector":{")" + name + R"(":{"text":"a","model":")" + model +
               "\"" + more + "}}}]}";
    };
    const std::string route = "/collections/c/points";
    expect_wrong("PUT", route, point("d", "letters"), "makes sparse vectors");
    expect_wrong("PUT", route, point("s", "slow"), "makes dense vectors");
    expect_wrong("PUT", route, point("wide", "slow"), "2 numbers");
    expect_wrong("PUT", route, point("x", "slow"), "no vector");
    expect_wrong("PUT", route, point("s", "letters", R"(,"options":{})"), "options");
    expect_wrong("PUT", route, point("s", "unknown"), "unknown");
    expect_wrong("POST", "/v1/collections/c/search", R"({"text":{"text":"a","model":"none"}})",
                 "none");
}

TEST_F(ServedModelsTest, SearchesDoNotWaitForModels) {
    done("PUT", "/collections/c/points", R"({"points":[{"id":1,"vector":{"d":[1,2]}}]})");
    constexpr int kCallers = 4;  // more than the threads of searches
    std::vector<std::thread> callers;
    std::atomic<int> answered{0};
    for (int i = 0; i < kCallers; ++i) {
        callers.emplace_back([&, i] {
            const RawAnswer answer =
                i % 2 == 0
                    ? service_->ask("POST", "/v1/embeddings", R"({"model":"slow","input":"abc"})")
                    : service_->ask("POST", "/collections/c/points/query",
                                    R"({"using":"d","query":{"text":"abc","model":"slow"}})");
            EXPECT_EQ(answer.status, 200U) << answer.body;
            ++answered;
        });
    }
    slow_->wait_for(kCallers);
    done("POST", "/collections/c/points/query", R"({"using":"d","query":[1,1]})");
    EXPECT_EQ(answered, 0);
    slow_->open();
    for (std::thread& caller : callers) caller.join();
}

TEST(EncodingGateTest, QueriesGoFirst) {
    EncodingGate gate;
    const auto never = [] { return false; };
    std::string order;
    auto first = gate.enter(EncodingGate::Urgency::kBulk, never);
    ASSERT_TRUE(first.is_ok());
    EXPECT_EQ(gate.enter(EncodingGate::Urgency::kQuery, [] { return true; }).status().code(),
              StatusCode::kCancelled);
    std::thread bulk([&] {
        const auto pass = gate.enter(EncodingGate::Urgency::kBulk, never);
        order += 'b';
    });
    std::atomic<bool> asked{false};
    std::thread query([&] {
        // It is asked only while it waits.
        const auto pass = gate.enter(EncodingGate::Urgency::kQuery, [&] {
            asked = true;
            return false;
        });
        order += 'q';
    });
    while (!asked) std::this_thread::yield();
    { const EncodingGate::Pass done = std::move(first).value(); }
    bulk.join();
    query.join();
    EXPECT_EQ(order, "qb");
}

#if TEMBLOR_WITH_TORCH
TEST(ServedModels, FoldersBecomeModelsOfTheirKind) {
    namespace fs = std::filesystem;
    const fs::path folder =
        fs::temp_directory_path() / ("temblor-served-" + std::to_string(getpid()));
    std::vector<std::pair<std::string, std::string>> folders;
    for (const auto& [name, fixture] :
         {std::pair("sparse", "bert-mlm"), std::pair("dense", "bert-none"),
          std::pair("cross", "bert-sequence")}) {
        fs::create_directories(folder / name);
        const fs::path from = fs::path(TEMBLOR_ROOT) / "tests/fixtures/models" / fixture;
        for (const auto& entry : fs::directory_iterator(from))
            fs::copy(entry.path(), folder / name / entry.path().filename());
        std::ofstream words(folder / name / "vocab.txt");
        words << "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nfox\nred\n";
        for (char c = 'a'; c <= 'z'; ++c) words << c << "\n##" << c << '\n';
        folders.emplace_back(name, (folder / name).string());
    }
    Encoders encoders;
    const Status added = add_served_models(folders, {}, encoders);
    ASSERT_TRUE(added.is_ok()) << added.message();
    const auto never = [] { return false; };
    std::vector<std::string> texts(40, "red fox");
    texts.back() = "a fox";
    const auto dense = encoders.embedder("dense").value()->embed(texts, never);
    ASSERT_TRUE(dense.is_ok()) << dense.status().message();
    EXPECT_EQ(dense->vectors.size(), texts.size());
    EXPECT_EQ(dense->vectors.front().size(), 24U);
    EXPECT_EQ(dense->tokens, 4 * texts.size());
    const auto sparse = encoders.find_sparse("sparse")->embed(texts, never);
    ASSERT_TRUE(sparse.is_ok()) << sparse.status().message();
    EXPECT_EQ(sparse->size(), texts.size());
    EXPECT_EQ(encoders.find_sparse("sparse")->vocabulary().token(6), "red");
    const auto scores = encoders.reranker("cross").value()->score("fox", texts, never);
    ASSERT_TRUE(scores.is_ok()) << scores.status().message();
    for (const float score : *scores) EXPECT_TRUE(score > 0 && score < 1);
    EXPECT_EQ(encoders.embedder("dense").value()->embed(texts, [] { return true; }).status().code(),
              StatusCode::kCancelled);
    fs::remove_all(folder);
}
#else
TEST(ServedModels, WithoutLibtorchTheySayWhatToInstall) {
    Encoders encoders;
    const std::string folder = std::string(TEMBLOR_ROOT) + "/tests/fixtures/models/bert-mlm";
    const Status status = add_served_models({{"m", folder}}, {}, encoders);
    EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
    EXPECT_NE(status.message().find("scripts/setup --models"), std::string::npos);
}
#endif

}  // namespace
}  // namespace temblor::testing
