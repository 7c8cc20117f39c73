#include "index/collection/snapshot.h"

#include <algorithm>

#include "data/io/atomic_file.h"
#include "index/collection/collection_impl.h"
#include "index/collection/file_hash.h"
#include "index/collection/sync_point.h"
#include "index/collection/tar_archive.h"
#include "index/collection/temporary_folder.h"

namespace temblor {
namespace {

/// Between two looks at whether to go on.
constexpr size_t kSnapshotStep = size_t{4} << 20;

using Segments = std::vector<std::shared_ptr<const CollectionSegment>>;

/// The files that go into a snapshot, and how many of their bytes are done.
class SnapshotFiles {
public:
    SnapshotFiles(std::string folder, FileSystem& files, Progress& progress)
        : folder_(std::move(folder)), files_(files), progress_(progress) {}

    /// Gives the segment's files second names, so that they stay what they are whatever happens to
    /// the segment. A segment that was set aside meanwhile is left out.
    Status link(const CollectionSegment& segment) {
        const std::string to = folder_ + "/segments/" + std::to_string(segment.number());
        Status status = link_files(segment.folder(), to);
        if (status.code() != StatusCode::kNotFound) return status;
        return files_.remove_tree(to);
    }

    /// Lists everything in the folder with sizes and checksums.
    Result<std::vector<SnapshotFile>> describe() {
        std::vector<SnapshotFile> found;
        TEMBLOR_RETURN_IF_ERROR(list("db", found));
        TEMBLOR_ASSIGN_OR_RETURN(const bool any, files_.exists(folder_ + "/segments"));
        if (any) {
            TEMBLOR_ASSIGN_OR_RETURN(const auto segments, files_.list(folder_ + "/segments"));
            for (const FileInfo& s : segments)
                TEMBLOR_RETURN_IF_ERROR(list("segments/" + s.name, found));
        }
        for (const SnapshotFile& f : found) total_ += f.bytes;
        for (SnapshotFile& f : found) {
            FileHash hash;
            TEMBLOR_RETURN_IF_ERROR(read(f, "checking files", [&](std::span<const std::byte> b) {
                hash.add(b);
                return Status::ok();
            }));
            f.xxh3 = hash.value();
        }
        done_ = 0;
        return found;
    }

    Status write(const SnapshotFile& file, TarWriter& out) {
        TEMBLOR_RETURN_IF_ERROR(out.begin(file.name, file.bytes));
        return read(file, "writing the snapshot",
                    [&](std::span<const std::byte> bytes) { return out.write(bytes); });
    }

private:
    Status link_files(const std::string& from, const std::string& to) {
        TEMBLOR_RETURN_IF_ERROR(files_.create_folders(to));
        TEMBLOR_ASSIGN_OR_RETURN(const auto held, files_.list(from));
        for (const FileInfo& f : held) {
            if (f.is_folder || !f.name.ends_with(".tbl") || f.name.front() == '.') continue;
            const std::string source = from + "/" + f.name;
            const std::string target = to + "/" + f.name;
            Status linked = files_.link(source, target);
            if (linked.code() == StatusCode::kNotFound) return linked;
            if (!linked.is_ok()) TEMBLOR_RETURN_IF_ERROR(copy(source, target));
        }
        return Status::ok();
    }

    Status copy(const std::string& from, const std::string& to) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto source, files_.map(from));
        TEMBLOR_ASSIGN_OR_RETURN(const auto target, AtomicFile::create(to, files_));
        for (auto rest = source->bytes(); !rest.empty();) {
            const auto step = rest.first(std::min(rest.size(), kSnapshotStep));
            rest = rest.subspan(step.size());
            if (progress_.cancelled()) return Status::cancelled("the snapshot was interrupted");
            TEMBLOR_RETURN_IF_ERROR(target->write(step));
        }
        return target->commit();
    }

    Status list(const std::string& part, std::vector<SnapshotFile>& found) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto held, files_.list(folder_ + "/" + part));
        for (const FileInfo& f : held) {
            SnapshotFile file{part + "/" + f.name, f.bytes, 0};
            if (f.is_folder || !is_snapshot_name(file.name))
                return Status::internal(folder_ + "/" + file.name + ": not a collection's file");
            found.push_back(std::move(file));
        }
        return Status::ok();
    }

    template <typename Take>
    Status read(const SnapshotFile& file, std::string_view stage, const Take& take) {
        const std::string path = folder_ + "/" + file.name;
        TEMBLOR_ASSIGN_OR_RETURN(const auto mapped, files_.map(path));
        auto rest = mapped->bytes();
        if (rest.size() != file.bytes)
            return Status::corruption(path + ": changed its size while it was read");
        while (!rest.empty()) {
            if (progress_.cancelled()) return Status::cancelled("the snapshot was interrupted");
            const auto step = rest.first(std::min(rest.size(), kSnapshotStep));
            TEMBLOR_RETURN_IF_ERROR(take(step));
            rest = rest.subspan(step.size());
            done_ += step.size();
            progress_.report(stage, done_, total_);
        }
        return Status::ok();
    }

    std::string folder_;
    FileSystem& files_;
    Progress& progress_;
    uint64_t done_ = 0;
    uint64_t total_ = 0;
};

}  // namespace

Status Collection::snapshot(const std::string& path, Progress& progress) {
    Impl& impl = *impl_;
    FileSystem& files = *impl.options.files;
    TEMBLOR_ASSIGN_OR_RETURN(const auto turn, Impl::take_turn(impl.snapshot_mutex, progress));
    TEMBLOR_ASSIGN_OR_RETURN(const auto out, TarWriter::create(path, files));
    const TemporaryFolder work(files, impl.folder + "/snapshot.tmp");
    TEMBLOR_RETURN_IF_ERROR(work.make());
    progress.report("copying the database", 0, 0);
    SnapshotManifest manifest;
    // Not the version: who holds one keeps the database from being opened again after an error.
    Segments segments;
    {
        const std::lock_guard lock(impl.commit_mutex);
        TEMBLOR_RETURN_IF_ERROR(impl.recover_writes());
        const std::shared_ptr<const Version> now = impl.version();
        TEMBLOR_RETURN_IF_ERROR(now->error);
        SyncPoint::reach("snapshot:before_checkpoint");
        TEMBLOR_RETURN_IF_ERROR(impl.database->checkpoint(work.path() + "/db"));
        manifest.schema = *now->schema;
        manifest.points = now->points;
        manifest.last_ordinal = now->last_ordinal;
        for (const SegmentView& view : now->segments) segments.push_back(view.segment);
    }
    SyncPoint::reach("snapshot:after_checkpoint");
    SnapshotFiles held(work.path(), files, progress);
    for (auto& segment : segments) TEMBLOR_RETURN_IF_ERROR(held.link(*segment));
    segments.clear();
    TEMBLOR_ASSIGN_OR_RETURN(manifest.files, held.describe());
    SyncPoint::reach("snapshot:before_archive");
    const std::string json = manifest.to_json();
    if (json.size() > SnapshotManifest::kMaxBytes)
        return Status::resource_exhausted(path + ": too many files for a snapshot");
    TEMBLOR_RETURN_IF_ERROR(out->begin("manifest.json", json.size()));
    TEMBLOR_RETURN_IF_ERROR(out->write(std::as_bytes(std::span(json))));
    for (const SnapshotFile& file : manifest.files) TEMBLOR_RETURN_IF_ERROR(held.write(file, *out));
    SyncPoint::reach("snapshot:before_publish");
    TEMBLOR_RETURN_IF_ERROR(out->commit());
    SyncPoint::reach("snapshot:after_publish");
    return Status::ok();
}

}  // namespace temblor
