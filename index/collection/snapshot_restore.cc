#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "data/io/atomic_file.h"
#include "index/collection/file_hash.h"
#include "index/collection/snapshot.h"
#include "index/collection/sync_point.h"
#include "index/collection/tar_archive.h"
#include "index/collection/temporary_folder.h"

namespace temblor {
namespace {

constexpr size_t kRestoreStep = size_t{1} << 20;
constexpr std::string_view kManifest = "manifest.json";

Status damaged(const std::string& archive, std::string_view member, const std::string& what) {
    return Status::corruption(fmt::format("{}: member {}: {}", archive, member, what));
}

Result<SnapshotManifest> read_manifest(TarReader& tar, const std::string& archive) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto member, tar.next());
    if (!member || member->name != kManifest) {
        return Status::corruption(fmt::format("{}: not a snapshot: the first member is {}, not {}",
                                              archive, member ? member->name : "missing",
                                              kManifest));
    }
    if (member->bytes > SnapshotManifest::kMaxBytes)
        return damaged(archive, kManifest, "too large");
    std::string json(member->bytes, '\0');
    size_t got = 0;
    while (got < json.size()) {
        TEMBLOR_ASSIGN_OR_RETURN(
            const size_t more,
            tar.read(std::as_writable_bytes(std::span(json.data() + got, json.size() - got))));
        if (more == 0) return damaged(archive, kManifest, "cut short");
        got += more;
    }
    auto manifest = SnapshotManifest::from_json(json);
    if (!manifest.is_ok()) return std::move(manifest).status().with_context(archive);
    return manifest;
}

/// Takes the members out of the archive, one after the other, as the manifest lists them.
class Extraction {
public:
    Extraction(TarReader& tar, std::string archive, FileSystem& files, Progress& progress)
        : tar_(tar), archive_(std::move(archive)), files_(files), progress_(progress) {}

    Status run(const SnapshotManifest& manifest, const std::string& folder) {
        for (const SnapshotFile& file : manifest.files) total_ += file.bytes;
        for (const SnapshotFile& file : manifest.files) {
            TEMBLOR_ASSIGN_OR_RETURN(const auto member, next(file.name));
            if (!member) return damaged(archive_, file.name, "missing");
            if (member->name != file.name)
                return damaged(archive_, member->name, "expected " + file.name + " here");
            if (member->bytes != file.bytes) {
                return damaged(
                    archive_, file.name,
                    fmt::format("{} bytes, the manifest says {}", member->bytes, file.bytes));
            }
            const std::string path = folder + "/" + file.name;
            TEMBLOR_RETURN_IF_ERROR(files_.create_folders(folder_of(path)));
            TEMBLOR_RETURN_IF_ERROR(extract(file, path));
        }
        TEMBLOR_ASSIGN_OR_RETURN(const auto extra, next("after the last"));
        if (extra) return damaged(archive_, extra->name, "not in the manifest");
        return Status::ok();
    }

private:
    Result<std::optional<TarReader::Member>> next(const std::string& wanted) {
        auto member = tar_.next();
        if (!member.is_ok()) return std::move(member).status().with_context("member " + wanted);
        return member;
    }

    Status extract(const SnapshotFile& file, const std::string& path) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto out, AtomicFile::create(path, files_));
        FileHash hash;
        for (uint64_t left = file.bytes; left > 0;) {
            if (progress_.cancelled()) return Status::cancelled("the restoring was interrupted");
            const auto room = std::span(buffer_).first(std::min<uint64_t>(left, buffer_.size()));
            auto got = tar_.read(room);
            if (!got.is_ok()) return std::move(got).status().with_context("member " + file.name);
            if (*got == 0) return damaged(archive_, file.name, "cut short");
            const auto bytes = room.first(*got);
            hash.add(bytes);
            TEMBLOR_RETURN_IF_ERROR(out->write(bytes));
            left -= bytes.size();
            done_ += bytes.size();
            progress_.report("restoring", done_, total_);
        }
        if (hash.value() != file.xxh3)
            return damaged(archive_, file.name, "its checksum does not match");
        return out->commit();
    }

    TarReader& tar_;
    std::string archive_;
    FileSystem& files_;
    Progress& progress_;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(kRestoreStep);
    uint64_t done_ = 0;
    uint64_t total_ = 0;
};

}  // namespace

Result<SnapshotManifest> read_snapshot_manifest(const std::string& archive) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto tar, TarReader::open(archive));
    return read_manifest(*tar, archive);
}

Status restore_snapshot(const std::string& archive, const std::string& folder, FileSystem& files,
                        Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto tar, TarReader::open(archive));
    TEMBLOR_ASSIGN_OR_RETURN(const SnapshotManifest manifest, read_manifest(*tar, archive));
    TEMBLOR_ASSIGN_OR_RETURN(const bool is_there, files.exists(folder));
    if (is_there) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto held, files.list(folder));
        if (!held.empty()) return Status::already_exists(folder + ": exists and is not empty");
    }
    TemporaryFolder work(files, folder + ".restoring");
    TEMBLOR_RETURN_IF_ERROR(work.make());
    Extraction extraction(*tar, archive, files, progress);
    TEMBLOR_RETURN_IF_ERROR(extraction.run(manifest, work.path()));
    SyncPoint::reach("restore:before_rename");
    if (is_there) TEMBLOR_RETURN_IF_ERROR(files.remove(folder));
    TEMBLOR_RETURN_IF_ERROR(files.rename(work.path(), folder));
    work.release();
    SyncPoint::reach("restore:after_rename");
    Status synced = files.sync_folder(folder_of(folder));
    if (!synced.is_ok()) (void)files.remove_tree(folder);
    return synced;
}

}  // namespace temblor
