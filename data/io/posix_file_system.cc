#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "data/io/file_system.h"

namespace temblor {
namespace {

constexpr mode_t kFileMode = 0666;    // less the umask
constexpr mode_t kFolderMode = 0777;  // less the umask

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
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode);
    if (descriptor >= 0 && ::access(own_link(descriptor).c_str(), F_OK) != 0) {
        ::close(descriptor);
        return -1;
    }
    return descriptor;
}

class PosixWritableFile final : public WritableFile {
public:
    PosixWritableFile(std::string path, std::string temporary, int descriptor)
        : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}
    ~PosixWritableFile() override {
        ::close(descriptor_);
        if (!published_ && !temporary_.empty()) ::unlink(temporary_.c_str());
    }
    PosixWritableFile(const PosixWritableFile&) = delete;
    PosixWritableFile& operator=(const PosixWritableFile&) = delete;

    Status write_at(uint64_t offset, std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const ssize_t put =
                ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return file_error(path_ + ": cannot write", errno);
            bytes = bytes.subspan(static_cast<size_t>(put));
            offset += static_cast<uint64_t>(put);
        }
        return Status::ok();
    }

    Status sync() override {
        if (::fsync(descriptor_) != 0) return file_error(path_ + ": cannot sync", errno);
        return Status::ok();
    }

    Status publish() override {
        if (published_) return Status::internal(path_ + ": published twice");
        while (temporary_.empty()) {
            // rename() replaces an older file, which linkat() cannot.
            std::string name = temporary_name(path_);
            if (::linkat(AT_FDCWD, own_link(descriptor_).c_str(), AT_FDCWD, name.c_str(),
                         AT_SYMLINK_FOLLOW) == 0) {
                temporary_ = std::move(name);
            } else if (errno != EEXIST) {
                return file_error(path_ + ": cannot name the temporary file", errno);
            }
        }
        if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
            return file_error(path_ + ": cannot rename to it", errno);
        }
        published_ = true;
        return Status::ok();
    }

private:
    std::string path_;
    std::string temporary_;  // empty while the file has no name at all
    int descriptor_;
    bool published_ = false;
};

class PosixFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
        std::string temporary;
        int descriptor = open_nameless(folder_of(path));
        while (descriptor < 0) {
            temporary = temporary_name(path);
            descriptor =
                ::open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kFileMode);
            if (descriptor < 0 && errno != EEXIST) {
                return file_error(path + ": cannot create", errno);
            }
        }
        return std::unique_ptr<WritableFile>(
            std::make_unique<PosixWritableFile>(path, std::move(temporary), descriptor));
    }

    Status rename(const std::string& from, const std::string& to) override {
        if (::rename(from.c_str(), to.c_str()) == 0) return Status::ok();
        return file_error(from + ": cannot rename to " + to, errno);
    }

    Status link(const std::string& from, const std::string& to) override {
        if (::link(from.c_str(), to.c_str()) == 0) return Status::ok();
        return file_error(from + ": cannot link to " + to, errno);
    }

    Status remove(const std::string& path) override {
        if (std::remove(path.c_str()) == 0) return Status::ok();
        return file_error(path + ": cannot remove", errno);
    }

    Status make_folder(const std::string& path) override {
        if (::mkdir(path.c_str(), kFolderMode) == 0) return Status::ok();
        return file_error(path + ": cannot make the folder", errno);
    }

    Status sync_folder(const std::string& path) override {
        const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0) return file_error(path + ": cannot open the folder", errno);
        // Some file systems have nothing to sync in a folder and say EINVAL.
        const bool synced = ::fsync(folder) == 0 || errno == EINVAL;
        const int error = errno;
        ::close(folder);
        return synced ? Status::ok() : file_error(path + ": cannot sync the folder", error);
    }

    Result<std::vector<FileInfo>> list(const std::string& folder) override {
        DIR* stream = ::opendir(folder.c_str());
        if (stream == nullptr) return file_error(folder + ": cannot list the folder", errno);
        std::vector<std::string> names;
        errno = 0;
        while (const dirent* entry = ::readdir(stream)) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") names.emplace_back(name);
            errno = 0;
        }
        const int error = errno;
        ::closedir(stream);
        if (error != 0) return file_error(folder + ": cannot list the folder", error);
        std::ranges::sort(names);
        std::vector<FileInfo> entries;
        std::string path;
        for (const std::string& name : names) {
            path = folder;
            path += '/';
            path += name;
            auto found = info(path);
            // What was removed meanwhile is not there.
            if (!found.is_ok() && found.status().code() == StatusCode::kNotFound) continue;
            TEMBLOR_ASSIGN_OR_RETURN(FileInfo entry, std::move(found));
            entries.push_back(std::move(entry));
        }
        return entries;
    }

    Result<FileInfo> info(const std::string& path) override {
        struct stat found {};
        if (::lstat(path.c_str(), &found) != 0) return file_error(path + ": cannot stat", errno);
        const size_t slash = path.rfind('/');
        return FileInfo{slash == std::string::npos ? path : path.substr(slash + 1),
                        S_ISDIR(found.st_mode), static_cast<uint64_t>(found.st_size)};
    }

    Result<std::shared_ptr<const MappedFile>> map(const std::string& path) override {
        return MappedFile::open(path);
    }

    Result<uint64_t> free_bytes(const std::string& path) override {
        struct statvfs found {};
        if (::statvfs(path.c_str(), &found) != 0) {
            return file_error(path + ": cannot ask for the free space", errno);
        }
        return static_cast<uint64_t>(found.f_bavail) * found.f_frsize;
    }
};

}  // namespace

FileSystem& posix_file_system() {
    static PosixFileSystem file_system;
    return file_system;
}

}  // namespace temblor
