#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "index/collection/point_codec.h"
#include "index/collection/store.h"
#include "query/collection/collection_reader.h"
#include "tests/collection/collection_model.h"
#include "tests/crash/file_damage.h"
#include "tests/crash/store_answers.h"
#include "tests/data/test_files.h"
#include "tests/sanitized.h"

namespace temblor::testing {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPool = 400;
constexpr uint64_t kIndexedRows = 40;

/// What came of opening a store that is damaged.
enum class Outcome : uint8_t { kWhole, kSomeErrors, kCollectionRefused, kStoreRefused };

/// A store of one collection: two segments with dead rows, points that only the log holds, two
/// logs. One file of it is damaged, and it is opened.
class DamageTest : public ::testing::Test {
protected:
    /// What a sync does is not asked here, so the files lie in memory where there is such a place.
    DamageTest() {
        const fs::path memory = "/dev/shm";
        std::string name = ((fs::is_directory(memory) ? memory : fs::temp_directory_path()) /
                            "temblor-test-XXXXXX")
                               .string();
        if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << name;
        folder_ = name;
    }
    ~DamageTest() override { fs::remove_all(folder_); }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }

    using Answers = std::vector<Result<std::string>>;

    static StoreOptions options(bool background) {
        StoreOptions o;
        o.collection.background = background;
        o.collection.memtable_points = 1000;
        o.collection.max_dead_share = 0.9;
        o.collection.reserve_bytes = 0;
        o.collection.fewest_indexed_rows = kIndexedRows;
        o.collection.database.write_buffer_bytes = 64 << 10;
        return o;
    }
    /// A store at rest, and what it may answer.
    struct Stored {
        std::string folder;
        std::vector<Answers> states;  ///< after each write that a log may hold; the last is all
        bool has_alias = false;
    };

    [[nodiscard]] std::string data() const { return path("data"); }

    void write(Collection& c, uint64_t count, uint64_t padding) {
        std::vector<Point> points;
        for (uint64_t i = 0; i < count; ++i) {
            points.push_back(random_model_point(random_, kPool));
            if (padding > 0)
                points.back().payload =
                    "{\"price\":7,\"pad\":\"" + std::string(padding, 'x') + "\"}";
        }
        ASSERT_TRUE(c.write(upsert_points(std::move(points))).is_ok());
        const auto page = scroll_points(*c.version(), {}, 100'000, {});
        ASSERT_TRUE(page.is_ok()) << page.status().to_string();
        for (const ReadPoint& read : page->points) written_.insert(text_of(read.point));
        states_.push_back(all_answers(*c.version(), kPool));
        ASSERT_TRUE(first_error(states_.back()).is_ok());
    }
    [[nodiscard]] std::set<std::string> names(const std::string& extension) const {
        std::set<std::string> found;
        for (const auto& entry : fs::directory_iterator(data() + "/collections/1/db")) {
            if (entry.path().extension() == extension) found.insert(entry.path().filename());
        }
        return found;
    }
    [[nodiscard]] bool has_new(const std::string& extension,
                               const std::set<std::string>& old) const {
        return !std::ranges::includes(old, names(extension));
    }
    /// A copy of the store as a kill at this moment would leave it.
    void keep(const std::string& name, bool has_alias) {
        auto before = listed();
        do {
            before = listed();
            copy_folder(data(), path(name));
        } while (listed() != before);
        stored_.push_back({path(name), states_, has_alias});
    }
    /// Writes until one of the database's tables has gone to disk and the log stays for the others.
    void spill(Collection& c) {
        const auto logs = names(".log");
        const auto tables = names(".sst");
        while (!has_new(".log", logs)) ASSERT_NO_FATAL_FAILURE(write(c, 10, 1000));
        while (!has_new(".sst", tables)) std::this_thread::yield();
    }
    void make() {
        std::unique_ptr<Store> store = Store::open(data(), options(false)).value();
        std::shared_ptr<Collection> c = *store->create_collection("c", model_schema());
        states_.push_back(all_answers(*c->version(), kPool));
        for (int segment = 0; segment < 2; ++segment) {
            for (int batch = 0; batch < 4; ++batch) ASSERT_NO_FATAL_FAILURE(write(*c, 40, 0));
            ASSERT_TRUE(c->flush().is_ok());
        }
        ASSERT_NO_FATAL_FAILURE(spill(*c));
        for (int i = 0; i < 6; ++i) ASSERT_NO_FATAL_FAILURE(write(*c, 5, 0));
        keep("new", false);
        c.reset();
        store.reset();
        states_ = {std::move(states_.back())};
        keep("closed", false);
        store = Store::open(data(), options(false)).value();
        ASSERT_TRUE(store->change_aliases({SetAlias{"live", "c"}}).is_ok());
        c = *store->collection("c");
        ASSERT_NO_FATAL_FAILURE(spill(*c));
        for (int i = 0; i < 6; ++i) ASSERT_NO_FATAL_FAILURE(write(*c, 5, 0));
        ASSERT_EQ(c->stats().segments, 2U);
        ASSERT_EQ(expect_dense_indexes(*c->version(), kIndexedRows).hashed, 2U);
        ASSERT_EQ(expect_dense_indexes(*c->version(), kIndexedRows).graphs, 2U);
        ASSERT_GT(c->stats().dead_rows, 0U);
        ASSERT_GT(c->stats().memtable_points, 0U);
        keep("opened again", true);
    }
    [[nodiscard]] std::vector<std::pair<std::string, uint64_t>> listed() const {
        std::vector<std::pair<std::string, uint64_t>> files;
        for (const auto& [kind, names] : files_by_kind(data())) {
            for (const std::string& name : names)
                files.emplace_back(name, fs::file_size(data() + "/" + name));
        }
        return files;
    }

    /// The error says where it is.
    void expect_named(const Status& status) const {
        const std::string& m = status.message();
        EXPECT_TRUE(m.find(data()) != std::string::npos || m.find("database") != std::string::npos)
            << status.to_string();
    }
    [[nodiscard]] bool is_right(const Answers& answers, bool log) const {
        const std::vector<Answers>& states = now_->states;
        if (!log) return agree(answers, states.back());
        return std::ranges::any_of(states,
                                   [&](const Answers& state) { return agree(answers, state); });
    }

    /// Opens and asks. `found`: what was named as damaged.
    Outcome open(bool log, std::vector<std::string>& found, bool is_rebuilt = false) {
        const auto store = Store::open(data(), options(true));
        if (!store.is_ok()) {
            expect_named(store.status());
            return Outcome::kStoreRefused;
        }
        EXPECT_EQ((*store)->collections().size(), 1U);
        EXPECT_EQ((*store)->aliases().size(), now_->has_alias && !is_rebuilt ? 1U : 0U);
        const auto opened = (*store)->collection("c");
        if (!opened.is_ok()) {
            EXPECT_NE(opened.status().code(), StatusCode::kNotFound);
            expect_named(opened.status());
            return Outcome::kCollectionRefused;
        }
        Collection& c = **opened;
        (void)all_answers(*c.version(), kPool);  // whatever it finds: segments are not read yet
        const Status idle = c.wait_idle();
        if (!idle.is_ok()) expect_named(idle);
        const Answers answers = all_answers(*c.version(), kPool);
        EXPECT_TRUE(is_right(answers, log)) << "a wrong answer";
        Status error = first_error(answers);
        if (!error.is_ok()) expect_named(error);
        found = c.stats().damaged;
        const Status checked = c.check(no_progress(), found);
        if (!checked.is_ok()) {
            expect_named(checked);
            error = checked;
        }
        if (error.is_ok() && idle.is_ok()) {
            EXPECT_EQ(c.stats().unindexed_points, 0U);
            return Outcome::kWhole;
        }
        return Outcome::kSomeErrors;
    }

    /// What a salvage left serves, agrees with itself and holds nothing that was never written.
    void expect_salvaged() {
        std::vector<Answers> both;
        for (int i = 0; i < 2; ++i) {
            const auto store = Store::open(data(), options(true));
            ASSERT_TRUE(store.is_ok()) << store.status().to_string();
            const auto opened = (*store)->collection("c");
            ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
            Collection& c = **opened;
            const Status idle = c.wait_idle();
            ASSERT_TRUE(idle.is_ok()) << idle.to_string();
            std::vector<std::string> findings;
            const Status checked = c.check(no_progress(), findings);
            ASSERT_TRUE(checked.is_ok()) << checked.to_string();
            EXPECT_EQ(findings, std::vector<std::string>());
            EXPECT_EQ(c.stats().unindexed_points, 0U);
            const auto page = scroll_points(*c.version(), {}, 100'000, {});
            ASSERT_TRUE(page.is_ok()) << page.status().to_string();
            EXPECT_EQ(count_points(*c.version(), {}).value(), page->points.size());
            for (const ReadPoint& read : page->points) {
                EXPECT_TRUE(written_.contains(text_of(read.point)))
                    << to_string(read.point.id) << " was never so";
            }
            both.push_back(all_answers(*c.version(), kPool));
            EXPECT_TRUE(first_error(both.back()).is_ok());
        }
        EXPECT_TRUE(agree(both[0], both[1]));
    }

    const uint64_t seed_ = from_environment("TEMBLOR_SEED", 1);
    SplitMix random_{seed_};
    fs::path folder_;
    std::vector<Answers> states_;
    std::vector<Stored> stored_;
    const Stored* now_ = nullptr;    ///< what was damaged
    std::set<std::string> written_;  ///< every point that ever was
};

TEST_F(DamageTest, NoDamagedFileGivesAWrongAnswer) {
    const uint64_t damages = from_environment("TEMBLOR_DAMAGES", all_or_some(200, 45));
    std::printf("TEMBLOR_SEED=%llu, %llu damages\n", static_cast<unsigned long long>(seed_),
                static_cast<unsigned long long>(damages));
    ASSERT_NO_FATAL_FAILURE(make());
    uint64_t outcomes[4] = {};
    std::map<std::string, uint64_t> done;  // of a kind of file
    for (uint64_t d = 0; d < damages; ++d) {
        now_ = &stored_[d % stored_.size()];
        const auto kinds = files_by_kind(now_->folder);
        const auto& [kind, files] =
            *std::ranges::min_element(kinds, {}, [&](const auto& k) { return done[k.first]; });
        copy_folder(now_->folder, data());
        const std::string& file = files[random_.below(files.size())];
        const std::string what = damage_file(data() + "/" + file, done[kind]++ % kDamages, random_);
        SCOPED_TRACE("damage " + std::to_string(d) + ": " + now_->folder + ": " + file + ": " +
                     what);
        if (std::getenv("TEMBLOR_VERBOSE") != nullptr)
            std::printf("%llu %s: %s: %s\n", static_cast<unsigned long long>(d),
                        now_->folder.c_str(), file.c_str(), what.c_str());
        std::vector<std::string> found;
        std::vector<std::string> again;
        const bool log = kind == "db/*.log";
        const Outcome first = open(log, found);
        const Outcome second = open(log, again);
        ++outcomes[static_cast<size_t>(first)];
        EXPECT_LE(second, first) << "worse when it is opened again";
        if (file.ends_with(".tbl")) {
            EXPECT_EQ(first, Outcome::kWhole);
            // A payload index may be missing.
            EXPECT_TRUE(!found.empty() || (kind == "payload" && what == "removed"))
                << "was not found";
            EXPECT_EQ(again, std::vector<std::string>());
        }
        if (second == Outcome::kStoreRefused) {
            const auto names = Store::rebuild_catalog(data(), options(true));
            ASSERT_TRUE(names.is_ok()) << names.status().to_string();
            EXPECT_EQ(open(log, found, true), Outcome::kWhole);
        } else if (second != Outcome::kWhole) {
            bool salvaged = false;
            {
                const auto store = Store::open(data(), options(true));
                ASSERT_TRUE(store.is_ok()) << store.status().to_string();
                const auto report = (*store)->salvage_collection("c", no_progress());
                salvaged = report.is_ok();
                if (!salvaged) {
                    std::printf("%s: %s: %s\n", file.c_str(), what.c_str(),
                                report.status().to_string().c_str());
                    expect_named(report.status());
                }
            }
            if (salvaged) {
                ASSERT_NO_FATAL_FAILURE(expect_salvaged());
            }
        }
    }
    std::printf(
        "%llu whole, %llu with errors, %llu collections and %llu stores refused\n",
        static_cast<unsigned long long>(outcomes[0]), static_cast<unsigned long long>(outcomes[1]),
        static_cast<unsigned long long>(outcomes[2]), static_cast<unsigned long long>(outcomes[3]));
}

}  // namespace
}  // namespace temblor::testing
