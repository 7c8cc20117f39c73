#include "index/collection/database_mark.h"

#include <array>
#include <cstring>
#include <utility>

#include <xxhash.h>

#include "index/collection/database.h"

namespace temblor {
namespace {

std::string mark_path(const std::string& folder) { return folder + "/MARK"; }

/// The number and a checksum, little endian.
using Stored = std::array<uint64_t, 2>;

}  // namespace

DatabaseMark::DatabaseMark(std::string folder, rocksdb::Env* env)
    : folder_(std::move(folder)), env_(env) {}

uint64_t DatabaseMark::stored() const {
    std::string text;
    Stored held{};
    if (!rocksdb::ReadFileToString(env_, mark_path(folder_), &text).ok()) return 0;
    if (text.size() != sizeof(held)) return 0;
    std::memcpy(held.data(), text.data(), sizeof(held));
    return XXH3_64bits(held.data(), sizeof(held[0])) == held[1] ? held[0] : 0;
}

Status DatabaseMark::check(uint64_t last) const {
    const uint64_t before = stored();
    if (last >= before) return Status::ok();
    return Status::corruption(folder_ + ": the database ends at change " + std::to_string(last) +
                              ", but " + std::to_string(before) +
                              " were on disk: its MANIFEST has lost its end");
}

void DatabaseMark::raise(uint64_t last) {
    const std::lock_guard lock(mutex_);
    if (last <= stored()) return;
    Stored held{last, 0};
    held[1] = XXH3_64bits(held.data(), sizeof(held[0]));
    const std::string made = mark_path(folder_) + ".new";
    const rocksdb::Slice bytes(reinterpret_cast<const char*>(held.data()), sizeof(held));
    // Synced before it has its name, so it is whole or the old one.
    if (rocksdb::WriteStringToFile(env_, bytes, made, true).ok())
        env_->RenameFile(made, mark_path(folder_)).PermitUncheckedError();
}

void DatabaseMark::OnFlushCompleted(rocksdb::DB* /*database*/,
                                    const rocksdb::FlushJobInfo& flushed) {
    raise(flushed.largest_seqno);
}

Status DatabaseMark::remove(const std::string& folder, rocksdb::Env* env) {
    const rocksdb::Status gone = env->DeleteFile(mark_path(folder));
    return gone.IsNotFound() || gone.IsPathNotFound() ? Status::ok() : from_rocksdb(gone);
}

}  // namespace temblor
