// The verbs that look after collections, as scripts call them.
#include <filesystem>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "index/collection/store.h"
#include "tests/cli/command_runner.h"

namespace temblor::cli::testing {
namespace {

namespace fs = std::filesystem;

class CollectionVerbs : public CommandTest {
protected:
    static constexpr int kPoints = 500;

    void create(const std::string& name) const {
        EXPECT_EQ(must("temblor collection create --data data --name " + name +
                       " --sparse text plain --dense title:3:cosine 'a:b:2:dot'"
                       " --index price:integer lang:keyword"),
                  "");
    }
    /// 500 points, most of them in a segment.
    void fill(const std::string& name) const {
        StoreOptions options;
        options.collection.background = false;
        const auto store = Store::open(path("data"), options);
        ASSERT_TRUE(store.is_ok()) << store.status().to_string();
        const auto collection = (*store)->collection(name);
        ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
        for (int half = 0; half < 2; ++half) {
            std::vector<Point> points;
            for (int i = half * 400; i < (half == 0 ? 400 : kPoints); ++i) {
                const auto n = static_cast<uint32_t>(i);
                points.push_back({uint64_t{n},
                                  "{\"price\":" + std::to_string(i) + "}",
                                  {{"text", SparseVector{{n % 50, 100 + n % 7}, {1.0F, 2.0F}}},
                                   {"title", DenseVector{1.0F, static_cast<float>(i), 0.5F}}}});
            }
            ASSERT_TRUE((*collection)->write(upsert_points(std::move(points))).is_ok());
            if (half == 0) {
                ASSERT_TRUE((*collection)->optimize().is_ok());
            }
        }
    }
    [[nodiscard]] double number(const boost::json::value& value, const char* name) const {
        return value.as_object().at(name).to_number<double>();
    }
    [[nodiscard]] boost::json::value info(const std::string& name) const {
        return must_json("temblor collection info --data data --json --name " + name);
    }
    /// The first file below data/collections/1 whose name begins with `name`, not one set aside.
    [[nodiscard]] std::string find_file(const std::string& name) const {
        for (const auto& entry : fs::recursive_directory_iterator(path("data/collections/1"))) {
            if (entry.path().filename().string().starts_with(name) &&
                entry.path().string().find("quarantine") == std::string::npos)
                return fs::relative(entry.path(), path("")).string();
        }
        ADD_FAILURE() << "no " << name;
        return {};
    }
    void flip_middle(const std::string& name) const {
        std::string bytes = read(name);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
        write(name, bytes);
    }
};

TEST_F(CollectionVerbs, CreateListInfoDrop) {
    expect_failure("temblor collection list --data data", 4, "data");
    EXPECT_EQ(names().size(), 0U);
    create("docs");
    create("'other docs'");
    ASSERT_NO_FATAL_FAILURE(fill("docs"));
    const auto list = must_json("temblor collection list --data data --json");
    const auto& all = list.as_object().at("collections").as_array();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].as_object().at("name").as_string(), "docs");
    EXPECT_EQ(number(all[0], "points"), kPoints);
    EXPECT_EQ(number(all[1], "points"), 0);
    EXPECT_NE(must("temblor collection list --data data").find("other docs"), std::string::npos);
    const auto shown = info("docs");
    EXPECT_EQ(number(shown, "segments"), 1);
    EXPECT_EQ(number(shown, "memtable_points"), 100);
    const auto& schema = shown.as_object().at("schema").as_object();
    EXPECT_EQ(schema.at("dense").as_object().at("a:b").as_object().at("size").as_int64(), 2);
    EXPECT_EQ(schema.at("payload_indexes").as_object().at("price").as_string(), "integer");
    EXPECT_EQ(schema.at("sparse").as_object().size(), 2U);
    EXPECT_NE(must("temblor collection info --data data --name docs").find("500"),
              std::string::npos);
    EXPECT_EQ(must("temblor collection drop --data data --name docs"), "");
    expect_failure("temblor collection drop --data data --name docs", 4, "docs");
    expect_failure("temblor collection info --data data --name docs", 4, "docs");
    EXPECT_FALSE(fs::exists(path("data/collections/1")));
}

TEST_F(CollectionVerbs, SchemasComeFromFlagsOrAFile) {
    write("schema.json", R"({"sparse": {"text": {"forward": "f32"}}})");
    must("temblor collection create --data data --name filed --schema schema.json");
    EXPECT_EQ(info("filed").as_object().at("schema").as_object().at("sparse").as_object().size(),
              1U);
    const std::string make = "temblor collection create --data data --name x ";
    write("bad.json", R"({"sparse": {"text": {"forwards": "f32"}}})");
    expect_failure(make + "--schema bad.json", 3, "bad.json");
    expect_failure(make + "--schema none.json", 4, "none.json");
    expect_failure(make + "--schema schema.json --sparse a", 2, "--sparse");
    expect_failure(make + "--dense title", 3, "NAME:SIZE:DISTANCE");
    expect_failure(make + "--dense title:x:dot", 3, "title:x:dot");
    expect_failure(make + "--dense title:3:far", 3, "title:3:far");
    expect_failure(make + "--dense a:3:dot a:3:dot", 3, "each name once");
    expect_failure(make + "--index price", 3, "KEY:TYPE");
    expect_failure(make + "--index price:money", 3, "price:money");
    expect_failure("temblor collection create --data data --name filed --sparse a", 3, "filed");
    expect_failure("temblor collection create --data data --name a/b --sparse a", 3, "a/b");
    expect_failure("temblor collection create --data data", 2, "collection create --help");
    expect_failure("temblor collection", 2, "collection --help");
}

TEST_F(CollectionVerbs, SnapshotAndRestore) {
    create("docs");
    ASSERT_NO_FATAL_FAILURE(fill("docs"));
    const auto saved =
        must_json("temblor snapshot --data data --collection docs --output s.tar --json");
    EXPECT_EQ(number(saved, "points"), kPoints);
    EXPECT_EQ(number(saved, "bytes"), static_cast<double>(fs::file_size(path("s.tar"))));
    EXPECT_NE(must("temblor snapshot --data data --collection docs --output s.tar").find("500"),
              std::string::npos);
    // Others can look into it.
    EXPECT_EQ(must("tar -tf s.tar | head -1"), "manifest.json\n");
    const auto restored =
        must_json("temblor restore --data elsewhere --collection docs --input s.tar --json");
    EXPECT_EQ(number(restored, "points"), kPoints);
    EXPECT_EQ(number(restored, "unindexed_points"), 0);
    EXPECT_EQ(must("temblor check --data elsewhere"), "ok\n");
    must("temblor restore --data data --collection copy --input s.tar");
    EXPECT_EQ(number(info("copy"), "points"), kPoints);

    expect_failure("temblor restore --data data --collection copy --input s.tar", 3, "copy");
    expect_failure("temblor restore --data new --collection x --input none.tar", 4, "none.tar");
    expect_failure("temblor snapshot --data data --collection none --output x.tar", 4, "none");
    expect_failure("temblor snapshot --data data --collection docs --output no/x.tar", 4, "no/x");
    flip_middle("s.tar");
    expect_failure("temblor restore --data data --collection bad --input s.tar", 5,
                   "s.tar: member");
    expect_failure("temblor collection info --data data --name bad", 4, "bad");
    EXPECT_EQ(names(), (std::vector<std::string>{"data", "elsewhere", "s.tar"}));
}

TEST_F(CollectionVerbs, CheckFindsAndRepairRebuilds) {
    create("docs");
    create("other");
    ASSERT_NO_FATAL_FAILURE(fill("docs"));
    EXPECT_EQ(must("temblor check --data data"), "ok\n");
    for (const char* name : {"points.tbl", "sparse-0.tbl", "dense-", "payload-"}) {
        SCOPED_TRACE(name);
        flip_middle(find_file(name));
        const Finished checked = shell("temblor check --data data --json");
        EXPECT_EQ(checked.status, 5) << checked.out << checked.err;
        EXPECT_NE(checked.err.find("temblor repair"), std::string::npos) << checked.err;
        EXPECT_NE(checked.out.find("segments/"), std::string::npos) << checked.out;
        EXPECT_EQ(must("temblor check --data data --collection other"), "ok\n");
        EXPECT_EQ(must("temblor repair --data data"), "docs: repaired\nother: ok\n");
        EXPECT_EQ(must("temblor check --data data"), "ok\n");
        EXPECT_EQ(must("temblor repair --data data"), "docs: ok\nother: ok\n");
        EXPECT_EQ(number(info("docs"), "points"), kPoints);
        EXPECT_EQ(number(info("docs"), "unindexed_points"), 0);
    }
    expect_failure("temblor check --data data --collection none", 4, "none");
    expect_failure("temblor check --data none", 4, "none");
}

TEST_F(CollectionVerbs, ForceSalvagesADatabase) {
    create("docs");
    create("other");
    ASSERT_NO_FATAL_FAILURE(fill("docs"));
    write(find_file("MANIFEST-"), "nothing of the kind");
    EXPECT_NE(shell("temblor collection list --data data").out.find("damaged"), std::string::npos);
    const Finished checked = shell("temblor check --data data");
    EXPECT_EQ(checked.status, 5);
    EXPECT_NE(checked.out.find("docs: "), std::string::npos) << checked.out;
    const Finished refused = shell("temblor repair --data data");
    EXPECT_EQ(refused.status, 5);
    EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
    const Finished repaired = shell("temblor repair --data data --force");
    EXPECT_EQ(repaired.status, 0) << repaired.err;
    EXPECT_EQ(repaired.out, "docs: repaired\nother: ok\n");
    EXPECT_NE(repaired.err.find("points may be lost"), std::string::npos) << repaired.err;
    EXPECT_EQ(must("temblor check --data data"), "ok\n");
    EXPECT_EQ(number(info("docs"), "points"), kPoints);
}

TEST_F(CollectionVerbs, ForceSalvagesADatabaseThatOpens) {
    create("docs");
    ASSERT_NO_FATAL_FAILURE(fill("docs"));
    // A block of a table: found only by reading all of them.
    for (const auto& entry : fs::directory_iterator(path("data/collections/1/db"))) {
        if (entry.path().extension() != ".sst") continue;
        std::string bytes = read(fs::relative(entry.path(), path("")).string());
        if (bytes.find("price") == std::string::npos && bytes.size() < 4000) continue;
        bytes[10] = static_cast<char>(bytes[10] ^ 1);
        write(fs::relative(entry.path(), path("")).string(), bytes);
        break;
    }
    EXPECT_EQ(shell("temblor check --data data").status, 5);
    const Finished refused = shell("temblor repair --data data");
    EXPECT_EQ(refused.status, 5);
    EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
    const Finished repaired = shell("temblor repair --data data --force");
    EXPECT_EQ(repaired.status, 0) << repaired.err;
    EXPECT_NE(repaired.err.find("points may be lost"), std::string::npos) << repaired.err;
    EXPECT_EQ(must("temblor check --data data"), "ok\n");
}

TEST_F(CollectionVerbs, ForceMakesALostCatalogAnew) {
    create("docs");
    ASSERT_NO_FATAL_FAILURE(fill("docs"));
    fs::remove_all(path("data/catalog"));
    expect_failure("temblor collection list --data data", 5, "catalog");
    expect_failure("temblor repair --data data", 5, "catalog");
    EXPECT_EQ(shell("temblor repair --data data --force").status, 0);
    EXPECT_EQ(number(info("docs"), "points"), kPoints);
}

TEST_F(CollectionVerbs, OneProcessAtATime) {
    create("docs");
    StoreOptions options;
    const auto store = Store::open(path("data"), options);
    ASSERT_TRUE(store.is_ok());
    expect_failure("temblor collection list --data data", 6, "in use by another process");
    expect_failure("temblor repair --data data --force", 6, "in use by another process");
}

}  // namespace
}  // namespace temblor::cli::testing
