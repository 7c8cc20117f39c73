#include "index/collection/snapshot.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "index/collection/file_hash.h"
#include "index/collection/point_codec.h"
#include "index/collection/tar_archive.h"
#include "query/collection/collection_reader.h"
#include "tests/collection/collection_model.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kSnapshotPool = 150;

std::span<const std::byte> bytes_of_text(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// One write, as it was drawn.
struct Write {
    std::vector<Point> upserted;
    std::vector<DocumentId> erased;
};

Write random_write(SplitMix& random) {
    Write write;
    if (random.below(4) == 0) {
        for (uint64_t i = 1 + random.below(4); i > 0; --i)
            write.erased.push_back(random_id(random, kSnapshotPool));
    } else {
        for (uint64_t i = 1 + random.below(6); i > 0; --i)
            write.upserted.push_back(random_model_point(random, kSnapshotPool));
    }
    return write;
}

class SnapshotTest : public FolderTest {
protected:
    static CollectionOptions options(bool background) {
        CollectionOptions o;
        o.memtable_points = 40;
        o.background = background;
        o.database.write_buffer_bytes = 256 << 10;
        return o;
    }
    void open(const std::string& name, bool background) {
        auto opened = Collection::open(path(name), options(background));
        ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
        collection_ = *opened;
    }
    void make(uint64_t writes) {
        ASSERT_TRUE(Collection::create(path("c"), model_schema(), options(false)).is_ok());
        ASSERT_NO_FATAL_FAILURE(open("c", false));
        for (uint64_t i = 0; i < writes; ++i) ASSERT_NO_FATAL_FAILURE(apply(random_write(random_)));
    }
    void apply(const Write& write) {
        const auto taken = write.erased.empty() ? collection_->write(upsert_points(write.upserted))
                                                : collection_->write(delete_points(write.erased));
        ASSERT_TRUE(taken.is_ok()) << taken.status().to_string();
        remember(write, model_);
    }
    static void remember(const Write& write, CollectionModel& model) {
        if (write.erased.empty()) {
            model.upsert(write.upserted);
        } else {
            model.erase(write.erased);
        }
    }
    Status restore(const std::string& archive, const std::string& name) {
        return restore_snapshot(path(archive), path(name), posix_file_system(), no_progress());
    }
    void expect_left(const std::vector<std::string>& expected) const {
        EXPECT_EQ(names(), expected);
    }

    static constexpr uint64_t kSeed = 20240611;
    SplitMix random_{kSeed};
    CollectionModel model_;
    std::shared_ptr<Collection> collection_;
};

TEST_F(SnapshotTest, RestoredIsWhatWasSaved) {
    std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
    ASSERT_NO_FATAL_FAILURE(make(80));
    Recorder recorder;
    const Status saved = collection_->snapshot(path("s.tar"), recorder);
    ASSERT_TRUE(saved.is_ok()) << saved.to_string();
    EXPECT_FALSE(recorder.reports.empty());
    EXPECT_EQ(recorder.reports.back().done, recorder.reports.back().total);
    EXPECT_FALSE(std::filesystem::exists(path("c/snapshot.tmp")));
    const uint64_t last = collection_->version()->last_ordinal;
    const auto manifest = read_snapshot_manifest(path("s.tar"));
    ASSERT_TRUE(manifest.is_ok()) << manifest.status().to_string();
    EXPECT_EQ(manifest->schema, model_schema());
    EXPECT_EQ(manifest->points, model_.points().size());
    EXPECT_EQ(manifest->last_ordinal, last);
    EXPECT_EQ(SnapshotManifest::from_json(manifest->to_json()).value(), *manifest);

    // The original goes on; the copy does not see it.
    const uint64_t segments = collection_->stats().segments;
    EXPECT_GT(segments, 0U);
    const CollectionModel then = model_;
    for (int i = 0; i < 20; ++i) ASSERT_NO_FATAL_FAILURE(apply(random_write(random_)));

    const Status restored = restore("s.tar", "r");
    ASSERT_TRUE(restored.is_ok()) << restored.to_string();
    expect_left({"c", "r", "s.tar"});
    for (int restart = 0; restart < 2; ++restart) {
        collection_.reset();
        ASSERT_NO_FATAL_FAILURE(open("r", restart == 1));
        EXPECT_EQ(collection_->version()->last_ordinal, last);
        EXPECT_EQ(collection_->stats().damaged, std::vector<std::string>());
        EXPECT_EQ(collection_->stats().segments, segments);
        ASSERT_NO_FATAL_FAILURE(then.expect_same(*collection_->version(), random_, kSnapshotPool));
        std::vector<std::string> findings;
        ASSERT_TRUE(collection_->check(no_progress(), findings).is_ok());
        EXPECT_EQ(findings, std::vector<std::string>());
    }
    model_ = then;
    for (int i = 0; i < 20; ++i) ASSERT_NO_FATAL_FAILURE(apply(random_write(random_)));
    ASSERT_NO_FATAL_FAILURE(model_.expect_same(*collection_->version(), random_, kSnapshotPool));
    // A snapshot takes the place of an older one.
    ASSERT_TRUE(collection_->snapshot(path("s.tar"), no_progress()).is_ok());
    ASSERT_TRUE(restore("s.tar", "again").is_ok());
    collection_.reset();
    ASSERT_NO_FATAL_FAILURE(open("again", false));
    ASSERT_NO_FATAL_FAILURE(model_.expect_same(*collection_->version(), random_, kSnapshotPool));
}

TEST_F(SnapshotTest, ConcurrentWritesAreInWholeOrNot) {
    constexpr int kWrites = 400;
    ASSERT_TRUE(Collection::create(path("c"), model_schema(), options(false)).is_ok());
    ASSERT_NO_FATAL_FAILURE(open("c", true));
    std::vector<Write> writes;
    for (int i = 0; i < kWrites; ++i) writes.push_back(random_write(random_));
    std::vector<uint64_t> ordinals(kWrites);  // after each write
    std::atomic<int> written = 0;
    std::thread writer([&] {
        for (int i = 0; i < kWrites; ++i) {
            const Write& w = writes[static_cast<size_t>(i)];
            const auto taken = w.erased.empty() ? collection_->write(upsert_points(w.upserted))
                                                : collection_->write(delete_points(w.erased));
            if (!taken.is_ok()) {
                ADD_FAILURE() << taken.status().to_string();
                break;
            }
            ordinals[static_cast<size_t>(i)] = taken->last_ordinal;
            ++written;
            written.notify_all();
        }
        written = kWrites;
        written.notify_all();
    });
    int snapshots = 0;
    for (int seen = written; seen < kWrites; seen = written) {
        const std::string name = "s" + std::to_string(snapshots) + ".tar";
        const Status saved = collection_->snapshot(path(name), no_progress());
        EXPECT_TRUE(saved.is_ok()) << saved.to_string();
        ++snapshots;
        if (written == seen) written.wait(seen);
    }
    writer.join();
    ASSERT_GT(snapshots, 0);
    collection_.reset();
    for (int s = 0; s < snapshots; s += 1 + snapshots / 8) {
        SCOPED_TRACE("snapshot " + std::to_string(s));
        const std::string name = "s" + std::to_string(s) + ".tar";
        const uint64_t last = read_snapshot_manifest(path(name)).value().last_ordinal;
        ASSERT_TRUE(restore(name, "r" + std::to_string(s)).is_ok());
        ASSERT_NO_FATAL_FAILURE(open("r" + std::to_string(s), false));
        EXPECT_EQ(collection_->version()->last_ordinal, last);
        // Deletions take no ordinal, so several states may have this one; their ids tell them
        // apart.
        std::set<std::string> ids;
        const auto page = scroll_points(*collection_->version(), {}, 1'000'000, {});
        ASSERT_TRUE(page.is_ok()) << page.status().to_string();
        for (const ReadPoint& p : page->points) ids.insert(encode_id(p.point.id));
        CollectionModel model;
        bool found = last == 0 && ids.empty();
        for (size_t i = 0; i < writes.size() && ordinals[i] <= last && !found; ++i) {
            remember(writes[i], model);
            found = ordinals[i] == last &&
                    std::ranges::equal(ids, model.points(), {}, {},
                                       [](const auto& entry) { return entry.first; });
        }
        ASSERT_NO_FATAL_FAILURE(model.expect_same(*collection_->version(), random_, kSnapshotPool));
        EXPECT_TRUE(found);
        collection_.reset();
    }
}

TEST_F(SnapshotTest, InterruptedLeavesNothing) {
    ASSERT_NO_FATAL_FAILURE(make(40));
    for (int patience = 0; patience < 6; ++patience) {
        CancelAfter cancel(patience);
        EXPECT_ERROR(collection_->snapshot(path("s.tar"), cancel), StatusCode::kCancelled,
                     "interrupted");
        EXPECT_FALSE(std::filesystem::exists(path("c/snapshot.tmp")));
        expect_left({"c"});
    }
    ASSERT_TRUE(collection_->snapshot(path("s.tar"), no_progress()).is_ok());
    for (int patience = 0; patience < 6; ++patience) {
        CancelAfter cancel(patience);
        EXPECT_ERROR(restore_snapshot(path("s.tar"), path("r"), posix_file_system(), cancel),
                     StatusCode::kCancelled, "interrupted");
        expect_left({"c", "s.tar"});
    }
    EXPECT_ERROR(collection_->snapshot(path("none/s.tar"), no_progress()), StatusCode::kNotFound,
                 "none");
    EXPECT_ERROR(restore("none.tar", "r"), StatusCode::kNotFound, "none.tar");
    EXPECT_ERROR(restore("s.tar", "c"), StatusCode::kAlreadyExists, "not empty");
    ASSERT_TRUE(std::filesystem::create_directory(path("r")));
    EXPECT_TRUE(restore("s.tar", "r").is_ok());
}

TEST_F(SnapshotTest, ADamagedSegmentIsLeftOutAndRebuilt) {
    ASSERT_NO_FATAL_FAILURE(make(80));
    ASSERT_TRUE(collection_->optimize().is_ok());
    const uint64_t number = collection_->version()->segments.front().segment->number();
    collection_.reset();
    std::filesystem::resize_file(path("c/segments/" + std::to_string(number) + "/points.tbl"), 10);
    ASSERT_NO_FATAL_FAILURE(open("c", false));
    ASSERT_TRUE(collection_->snapshot(path("s.tar"), no_progress()).is_ok());
    collection_.reset();
    ASSERT_TRUE(restore("s.tar", "r").is_ok());
    ASSERT_NO_FATAL_FAILURE(open("r", false));
    EXPECT_FALSE(collection_->stats().damaged.empty());
    ASSERT_TRUE(collection_->optimize().is_ok());
    EXPECT_EQ(collection_->stats().unindexed_points, 0U);
    ASSERT_NO_FATAL_FAILURE(model_.expect_same(*collection_->version(), random_, kSnapshotPool));
}

/// A place in the archive and the member whose bytes are there.
struct Place {
    std::string name;
    size_t begin = 0;  ///< of its bytes
    size_t bytes = 0;
};

/// Headers are 512 bytes, contents are filled up to 512; no member needs a pax header.
std::vector<Place> places_of(const std::string& tar) {
    std::vector<Place> places;
    for (size_t at = 0; at + 512 <= tar.size() && tar[at] != '\0';) {
        Place place{std::string(tar.c_str() + at), at + 512,
                    std::stoul(tar.substr(at + 124, 11), nullptr, 8)};
        at = place.begin + (place.bytes + 511) / 512 * 512;
        places.push_back(std::move(place));
    }
    return places;
}

TEST_F(SnapshotTest, AFlippedBitIsFoundAnywhere) {
    ASSERT_NO_FATAL_FAILURE(make(60));
    ASSERT_TRUE(collection_->snapshot(path("s.tar"), no_progress()).is_ok());
    collection_.reset();
    const std::string whole = slurp(path("s.tar"));
    const std::vector<Place> places = places_of(whole);
    const auto manifest = read_snapshot_manifest(path("s.tar"));
    ASSERT_EQ(places.size(), manifest->files.size() + 1);
    const auto damage = [&](size_t at) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << random_.below(8)));
        file("bad.tar", flipped);
        return restore("bad.tar", "r");
    };
    for (const Place& place : places) {
        SCOPED_TRACE(place.name);
        for (int i = 0; i < 2 && place.bytes > 0; ++i) {
            EXPECT_ERROR(damage(place.begin + random_.below(place.bytes)), StatusCode::kCorruption,
                         place.name, "bad.tar");
            expect_left({"bad.tar", "c", "s.tar"});
        }
        // A header: found, or it was a byte that says nothing.
        const Status status = damage(place.begin - 512 + random_.below(512));
        if (!status.is_ok()) {
            EXPECT_EQ(status.code(), StatusCode::kCorruption) << status.to_string();
            expect_left({"bad.tar", "c", "s.tar"});
        } else {
            ASSERT_NO_FATAL_FAILURE(open("r", false));
            ASSERT_NO_FATAL_FAILURE(model_.expect_same_points(*collection_->version(), 100));
            collection_.reset();
            std::filesystem::remove_all(path("r"));
        }
    }
}

TEST_F(SnapshotTest, ACutArchiveIsRefused) {
    ASSERT_NO_FATAL_FAILURE(make(30));
    ASSERT_TRUE(collection_->snapshot(path("s.tar"), no_progress()).is_ok());
    collection_.reset();
    const std::string whole = slurp(path("s.tar"));
    const std::vector<Place> places = places_of(whole);
    size_t end = 0;  // of what must be there
    for (const Place& place : places) end = std::max(end, place.begin + place.bytes);
    std::vector<size_t> lengths{0, 1, 511, 512};
    for (const Place& place : places) {
        lengths.push_back(place.begin - 512);
        lengths.push_back(place.begin);
        lengths.push_back(place.begin + random_.below(place.bytes + 1));
    }
    for (const size_t length : lengths) {
        SCOPED_TRACE(length);
        if (length >= end) continue;
        file("bad.tar", whole.substr(0, length));
        EXPECT_ERROR(restore("bad.tar", "r"), StatusCode::kCorruption, "bad.tar");
        expect_left({"bad.tar", "c", "s.tar"});
    }
}

/// Archives that say of themselves that they are right.
class ForgedSnapshotTest : public SnapshotTest {
protected:
    using Members = std::vector<std::pair<std::string, std::string>>;

    static std::string manifest_of(const Members& listed) {
        SnapshotManifest manifest;
        manifest.schema = model_schema();
        for (const auto& [name, content] : listed) {
            FileHash hash;
            hash.add(bytes_of_text(content));
            manifest.files.push_back({name, content.size(), hash.value()});
        }
        return manifest.to_json();
    }
    Status forge(const Members& listed, const Members& members) {
        auto tar = TarWriter::create(path("bad.tar"), posix_file_system());
        const auto put = [&](const std::string& name, const std::string& content) {
            TEMBLOR_CHECK((*tar)->begin(name, content.size()).is_ok());
            TEMBLOR_CHECK((*tar)->write(bytes_of_text(content)).is_ok());
        };
        put("manifest.json", manifest_of(listed));
        for (const auto& [name, content] : members) put(name, content);
        TEMBLOR_CHECK((*tar)->commit().is_ok());
        return restore("bad.tar", "r");
    }
    void expect_nothing_left() { expect_left({"bad.tar"}); }
};

TEST_F(ForgedSnapshotTest, NamesDoNotLeaveTheFolder) {
    for (const char* name : {"../evil",
                             "/tmp/evil",
                             "db/../evil",
                             "db/a/b",
                             "db/",
                             "db",
                             "db/..",
                             "db/.hidden",
                             "segments/1/../x.tbl",
                             "segments/01/points.tbl",
                             "segments/x/points.tbl",
                             "segments/1/points.txt",
                             "segments/1/a/b.tbl",
                             "segments/-1/a.tbl",
                             "other/file",
                             "",
                             "manifest.json",
                             "db/a b",
                             "db/a\\nb",
                             "segments/99999999999999999999/a.tbl"}) {
        SCOPED_TRACE(name);
        EXPECT_FALSE(is_snapshot_name(name));
        EXPECT_ERROR(forge({{name, "x"}}, {{name, "x"}}), StatusCode::kCorruption, "bad.tar",
                     "manifest.json", "files[0].name");
        expect_nothing_left();
        // Nor when the manifest is silent about them.
        if (*name == '\0') continue;
        EXPECT_ERROR(forge({}, {{name, "x"}}), StatusCode::kCorruption, "bad.tar");
        expect_nothing_left();
    }
}

TEST_F(ForgedSnapshotTest, MembersAreThoseOfTheManifest) {
    const Members two{{"db/CURRENT", "MANIFEST-1\n"}, {"db/MANIFEST-1", "abc"}};
    EXPECT_TRUE(forge(two, two).is_ok());
    EXPECT_EQ(slurp(path("r/db/MANIFEST-1")), "abc");
    std::filesystem::remove_all(path("r"));
    EXPECT_ERROR(forge(two, {two[0]}), StatusCode::kCorruption, "db/MANIFEST-1", "missing");
    EXPECT_ERROR(forge(two, {two[1], two[0]}), StatusCode::kCorruption, "db/MANIFEST-1");
    EXPECT_ERROR(forge(two, {two[0], two[0]}), StatusCode::kCorruption, "db/CURRENT");
    EXPECT_ERROR(forge({two[0]}, two), StatusCode::kCorruption, "db/MANIFEST-1",
                 "not in the manifest");
    EXPECT_ERROR(forge(two, {two[0], {"db/MANIFEST-1", "abcd"}}), StatusCode::kCorruption,
                 "db/MANIFEST-1", "4 bytes");
    EXPECT_ERROR(forge(two, {two[0], {"db/MANIFEST-1", "abd"}}), StatusCode::kCorruption,
                 "db/MANIFEST-1", "checksum");
    EXPECT_ERROR(forge({two[0], two[0]}, {two[0], two[0]}), StatusCode::kCorruption, "given twice");
    expect_nothing_left();
}

TEST_F(ForgedSnapshotTest, OnlyTarsOfSnapshotsAreTaken) {
    file("bad.tar", "this is no archive");
    EXPECT_ERROR(restore("bad.tar", "r"), StatusCode::kCorruption, "bad.tar");
    file("bad.tar", "");
    EXPECT_ERROR(restore("bad.tar", "r"), StatusCode::kCorruption, "bad.tar");
    {
        auto tar = TarWriter::create(path("bad.tar"), posix_file_system());
        ASSERT_TRUE((*tar)->begin("readme", 0).is_ok());
        ASSERT_TRUE((*tar)->commit().is_ok());
    }
    EXPECT_ERROR(restore("bad.tar", "r"), StatusCode::kCorruption, "not a snapshot", "readme");
    // Links are not followed, not even made: type '2' in the header of a whole archive.
    const Members one{{"db/CURRENT", ""}};
    ASSERT_TRUE(forge(one, one).is_ok());
    std::filesystem::remove_all(path("r"));
    std::string tar = slurp(path("bad.tar"));
    const size_t header = places_of(tar).at(1).begin - 512;
    for (const char type : {'1', '2', '3', '5'}) {
        tar[header + 156] = type;
        tar.replace(header + 157, 11, "/etc/passwd");
        tar.replace(header + 148, 8, 8, ' ');
        unsigned sum = 0;
        for (size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(tar[header + i]);
        std::array<char, 8> digits{};
        std::snprintf(digits.data(), digits.size(), "%06o", sum);
        tar.replace(header + 148, 7, digits.data(), 7);
        file("bad.tar", tar);
        EXPECT_ERROR(restore("bad.tar", "r"), StatusCode::kCorruption, "db/CURRENT");
        expect_nothing_left();
    }
}

}  // namespace
}  // namespace temblor::testing
