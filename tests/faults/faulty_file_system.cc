#include "tests/faults/faulty_file_system.h"

#include <algorithm>
#include <cerrno>

namespace temblor::testing {
namespace {

FileSystem& real() { return posix_file_system(); }

/// Runs `operation` of the plan with an act that keeps the status of `act`.
template <typename Operation, typename Act>
Status run(const std::string& what, Operation operation, Act act) {
    Status status;
    const int fault = operation([&] {
        status = act();
        return status.is_ok();
    });
    return fault != 0 ? file_error(what, fault) : status;
}

class FaultyFile final : public WritableFile {
public:
    FaultyFile(std::shared_ptr<FaultPlan> plan, std::string path, FaultPlan::File file,
               std::unique_ptr<WritableFile> target)
        : plan_(std::move(plan)),
          path_(std::move(path)),
          file_(std::move(file)),
          target_(std::move(target)) {}

    Status write_at(uint64_t offset, std::span<const std::byte> bytes) override {
        Status status;
        const int fault = plan_->write(*file_, offset, bytes.size(), [&](size_t part) {
            status = target_->write_at(offset, bytes.first(part));
            return status.is_ok();
        });
        return fault != 0 ? file_error(path_ + ": cannot write", fault) : status;
    }

    Status sync() override {
        const int fault = plan_->sync(*file_);
        return fault != 0 ? file_error(path_ + ": cannot sync", fault) : Status::ok();
    }

    Status publish() override {
        if (published_) return Status::internal(path_ + ": published twice");
        const Status status = run(
            path_ + ": cannot name it",
            [&](const FaultPlan::Act& act) { return plan_->publish(file_, path_, act); },
            [&]() -> Status {
                // A link cannot replace an older file, a rename can.
                const std::string other = file_->path() + ".link";
                TEMBLOR_RETURN_IF_ERROR(real().link(file_->path(), other));
                return real().rename(other, path_);
            });
        published_ = status.is_ok();
        return status;
    }

private:
    std::shared_ptr<FaultPlan> plan_;
    std::string path_;
    FaultPlan::File file_;
    std::unique_ptr<WritableFile> target_;
    bool published_ = false;
};

}  // namespace

FaultyFileSystem::FaultyFileSystem(std::shared_ptr<FaultPlan> plan) : plan_(std::move(plan)) {}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::create(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const FileInfo folder, info(folder_of(path)));
    if (!folder.is_folder) return file_error(path + ": cannot create", ENOTDIR);
    FaultPlan::File file;
    std::unique_ptr<WritableFile> target;
    Status status;
    const auto make = [&](const std::string& nameless) {
        auto made = real().create(nameless);
        status = made.is_ok() ? made.value()->publish() : made.status();
        if (status.is_ok()) target = std::move(made).value();
        return status.is_ok();
    };
    const int fault = plan_->create_nameless(make, file);
    if (fault != 0) return file_error(path + ": cannot create", fault);
    TEMBLOR_RETURN_IF_ERROR(status);
    return std::unique_ptr<WritableFile>(
        std::make_unique<FaultyFile>(plan_, path, std::move(file), std::move(target)));
}

Status FaultyFileSystem::rename(const std::string& from, const std::string& to) {
    return run(
        from + ": cannot rename to " + to,
        [&](const FaultPlan::Act& act) { return plan_->rename(from, to, act); },
        [&] { return real().rename(from, to); });
}

Status FaultyFileSystem::link(const std::string& from, const std::string& to) {
    return run(
        from + ": cannot link to " + to,
        [&](const FaultPlan::Act& act) { return plan_->link(from, to, act); },
        [&] { return real().link(from, to); });
}

Status FaultyFileSystem::remove(const std::string& path) {
    return run(
        path + ": cannot remove",
        [&](const FaultPlan::Act& act) { return plan_->remove(path, act); },
        [&] { return real().remove(path); });
}

Status FaultyFileSystem::make_folder(const std::string& path) {
    return run(
        path + ": cannot make the folder",
        [&](const FaultPlan::Act& act) { return plan_->make_folder(path, false, act); },
        [&] { return real().make_folder(path); });
}

Status FaultyFileSystem::sync_folder(const std::string& path) {
    const int fault = plan_->sync_folder(path);
    return fault != 0 ? file_error(path + ": cannot sync the folder", fault) : Status::ok();
}

Status FaultyFileSystem::readable(const std::string& path) const {
    return plan_->power_lost() ? file_error(path + ": cannot read", EIO) : Status::ok();
}

Result<std::vector<FileInfo>> FaultyFileSystem::list(const std::string& folder) {
    TEMBLOR_RETURN_IF_ERROR(readable(folder));
    return real().list(folder);
}

Result<FileInfo> FaultyFileSystem::info(const std::string& path) {
    TEMBLOR_RETURN_IF_ERROR(readable(path));
    return real().info(path);
}

Result<std::shared_ptr<const MappedFile>> FaultyFileSystem::map(const std::string& path) {
    TEMBLOR_RETURN_IF_ERROR(readable(path));
    return real().map(path);
}

Result<uint64_t> FaultyFileSystem::free_bytes(const std::string& path) {
    TEMBLOR_RETURN_IF_ERROR(readable(path));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t free, real().free_bytes(path));
    return std::min(free, plan_->space().value_or(UINT64_MAX));
}

}  // namespace temblor::testing
