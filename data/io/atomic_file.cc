#include "data/io/atomic_file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace temblor {
namespace {

constexpr size_t kBuffer = size_t{1} << 20;
constexpr mode_t kMode = 0666;  // less the umask

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// A name in the folder of `path` that nobody else picks: O_EXCL settles what chance does not.
std::string temporary_name(const std::string& path) {
    static std::atomic<uint64_t> serial{0};
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    const size_t slash = path.rfind('/');
    const size_t base = slash == std::string::npos ? 0 : slash + 1;
    return path.substr(0, base) + "." + path.substr(base, 128) + "." + std::to_string(::getpid()) +
           "-" + std::to_string(now) + "-" + std::to_string(serial++) + ".tmp";
}

std::string own_link(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

/// A file without a name, which vanishes even when the process is killed. -1 where the file system
/// or a missing /proc does not allow to name it later.
int open_nameless(const std::string& folder) {
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode);
    if (descriptor >= 0 && ::access(own_link(descriptor).c_str(), F_OK) != 0) {
        ::close(descriptor);
        return -1;
    }
    return descriptor;
}

Status write_error(const std::string& path, int error) {
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        return Status::resource_exhausted(path + ": cannot write: " + std::strerror(error));
    }
    return Status::io_error(path + ": cannot write", error);
}

Status write_fully(const std::string& path, int descriptor, std::span<const std::byte> bytes,
                   uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t put =
            ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return write_error(path, errno);
        bytes = bytes.subspan(static_cast<size_t>(put));
        offset += static_cast<uint64_t>(put);
    }
    return Status::ok();
}

Status sync_folder(const std::string& path) {
    const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return Status::io_error(path + ": cannot open its folder", errno);
    // Some file systems have nothing to sync in a folder and say EINVAL.
    const bool synced = ::fsync(folder) == 0 || errno == EINVAL;
    const int error = errno;
    ::close(folder);
    return synced ? Status::ok() : Status::io_error(path + ": cannot sync its folder", error);
}

}  // namespace

AtomicFile::AtomicFile(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)),
      temporary_(std::move(temporary)),
      descriptor_(descriptor),
      buffer_(std::make_unique<std::byte[]>(kBuffer)) {}

Result<std::unique_ptr<AtomicFile>> AtomicFile::create(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
        return Status::invalid_argument(path + ": exists and is not a regular file");
    }
    const std::string folder = folder_of(path);
    if (path.empty() || ::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
        return Status::not_found(path + ": no such folder: " + folder);
    }
    std::string temporary;
    int descriptor = open_nameless(folder);
    while (descriptor < 0) {
        temporary = temporary_name(path);
        descriptor = ::open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kMode);
        if (descriptor < 0 && errno != EEXIST) {
            return Status::io_error(path + ": cannot create", errno);
        }
    }
    return std::unique_ptr<AtomicFile>(new AtomicFile(path, std::move(temporary), descriptor));
}

AtomicFile::~AtomicFile() {
    ::close(descriptor_);
    if (!committed_ && !temporary_.empty()) ::unlink(temporary_.c_str());
}

Status AtomicFile::flush() {
    TEMBLOR_RETURN_IF_ERROR(
        write_fully(path_, descriptor_, {buffer_.get(), buffered_}, position_ - buffered_));
    buffered_ = 0;
    return Status::ok();
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
    if (committed_) return Status::internal(path_ + ": written to after commit");
    if (buffered_ + bytes.size() > kBuffer) TEMBLOR_RETURN_IF_ERROR(flush());
    if (bytes.size() > kBuffer) {
        TEMBLOR_RETURN_IF_ERROR(write_fully(path_, descriptor_, bytes, position_));
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
    return write_fully(path_, descriptor_, bytes, offset);
}

Status AtomicFile::commit() {
    if (committed_) return Status::internal(path_ + ": committed twice");
    TEMBLOR_RETURN_IF_ERROR(flush());
    if (::fsync(descriptor_) != 0) return Status::io_error(path_ + ": cannot sync", errno);
    while (temporary_.empty()) {
        // rename() replaces an older file, which linkat() cannot.
        std::string name = temporary_name(path_);
        if (::linkat(AT_FDCWD, own_link(descriptor_).c_str(), AT_FDCWD, name.c_str(),
                     AT_SYMLINK_FOLLOW) == 0) {
            temporary_ = std::move(name);
        } else if (errno != EEXIST) {
            return Status::io_error(path_ + ": cannot name the temporary file", errno);
        }
    }
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
        return Status::io_error(path_ + ": cannot rename to it", errno);
    }
    committed_ = true;
    return sync_folder(path_);
}

}  // namespace temblor
