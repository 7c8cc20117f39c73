#include "data/io/file_system.h"

#include <cerrno>
#include <system_error>

namespace temblor {

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Status file_error(std::string_view what, int errno_value) {
    Status status = Status::io_error(what, errno_value);
    switch (errno_value) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return Status::resource_exhausted(status.message());
        case ENOENT:
        case ENOTDIR:
            return Status::not_found(status.message());
        case EEXIST:
            return Status::already_exists(status.message());
        default:
            return status;
    }
}

Result<bool> FileSystem::exists(const std::string& path) {
    const auto found = info(path);
    if (!found.is_ok() && found.status().code() != StatusCode::kNotFound) return found.status();
    return found.is_ok();
}

Status FileSystem::create_folders(const std::string& path) {
    const std::string clean = path.substr(0, path.find_last_not_of('/') + 1);
    if (clean.empty()) return path.empty() ? Status::not_found(": no such folder") : Status::ok();
    const auto found = info(clean);
    if (found.is_ok()) {
        if (found->is_folder) return Status::ok();
        return Status::already_exists(clean + ": exists and is not a folder");
    }
    if (found.status().code() != StatusCode::kNotFound) return found.status();
    const std::string parent = folder_of(clean);
    TEMBLOR_RETURN_IF_ERROR(create_folders(parent));
    Status made = make_folder(clean);
    // Another thread may have been faster; its folder must be durable for this caller too.
    if (!made.is_ok() && made.code() != StatusCode::kAlreadyExists) return made;
    return sync_folder(parent);
}

Status FileSystem::remove_tree(const std::string& path) {
    const auto found = info(path);
    if (!found.is_ok()) {
        return found.status().code() == StatusCode::kNotFound ? Status::ok() : found.status();
    }
    if (found->is_folder) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto entries, list(path));
        for (const FileInfo& entry : entries) {
            TEMBLOR_RETURN_IF_ERROR(remove_tree(path + "/" + entry.name));
        }
    }
    const Status removed = remove(path);
    return removed.code() == StatusCode::kNotFound ? Status::ok() : removed;
}

}  // namespace temblor
