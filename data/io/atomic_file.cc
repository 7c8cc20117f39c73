#include "data/io/atomic_file.h"

#include <cstring>

#include <sys/stat.h>

namespace temblor {
namespace {

constexpr size_t kWriteBuffer = size_t{1} << 20;

}  // namespace

AtomicFile::AtomicFile(std::string path, FileSystem& file_system,
                       std::unique_ptr<WritableFile> file)
    : path_(std::move(path)),
      file_system_(file_system),
      file_(std::move(file)),
      buffer_(std::make_unique<std::byte[]>(kWriteBuffer)) {}

Result<std::unique_ptr<AtomicFile>> AtomicFile::create(const std::string& path,
                                                       FileSystem& file_system) {
    // stat() follows links, as the checks must: a link to a file may be replaced, one to a folder
    // holds files.
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
        return Status::invalid_argument(path + ": exists and is not a regular file");
    }
    const std::string folder = folder_of(path);
    if (path.empty() || ::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
        return Status::not_found(path + ": no such folder: " + folder);
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto file, file_system.create(path));
    return std::unique_ptr<AtomicFile>(new AtomicFile(path, file_system, std::move(file)));
}

Status AtomicFile::checked(Status status) {
    if (!status.is_ok()) error_ = status;
    return status;
}

Status AtomicFile::flush() {
    TEMBLOR_RETURN_IF_ERROR(error_);
    TEMBLOR_RETURN_IF_ERROR(
        checked(file_->write_at(position_ - buffered_, {buffer_.get(), buffered_})));
    buffered_ = 0;
    return Status::ok();
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
    if (committed_) return Status::internal(path_ + ": written to after commit");
    TEMBLOR_RETURN_IF_ERROR(error_);
    if (buffered_ + bytes.size() > kWriteBuffer) TEMBLOR_RETURN_IF_ERROR(flush());
    if (bytes.size() > kWriteBuffer) {
        TEMBLOR_RETURN_IF_ERROR(checked(file_->write_at(position_, bytes)));
    } else if (!bytes.empty()) {
        std::memcpy(buffer_.get() + buffered_, bytes.data(), bytes.size());
        buffered_ += bytes.size();
    }
    position_ += bytes.size();
    return Status::ok();
}

Status AtomicFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
    if (committed_ || offset > position_ || bytes.size() > position_ - offset) {
        return Status::internal(path_ + ": write_at outside of what is written");
    }
    TEMBLOR_RETURN_IF_ERROR(flush());
    return checked(file_->write_at(offset, bytes));
}

Status AtomicFile::commit() {
    if (committed_) return Status::internal(path_ + ": committed twice");
    TEMBLOR_RETURN_IF_ERROR(flush());
    TEMBLOR_RETURN_IF_ERROR(checked(file_->sync()));
    TEMBLOR_RETURN_IF_ERROR(checked(file_->publish()));
    committed_ = true;
    return file_system_.sync_folder(folder_of(path_));
}

}  // namespace temblor
