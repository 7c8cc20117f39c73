#include "tests/faults/faulty_rocks_env.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

namespace temblor::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// As RocksDB's own file system says it.
IOStatus fault_status(const std::string& path, int fault) {
    const std::string text = std::generic_category().message(fault);
    if (fault == ENOENT) return IOStatus::PathNotFound(path, text);
    if (fault != ENOSPC) return IOStatus::IOError(path, text);
    IOStatus status = IOStatus::NoSpace(path, text);
    status.SetRetryable(true);
    return status;
}

template <typename Operation, typename Act>
IOStatus act_on(const std::string& path, Operation operation, Act act) {
    IOStatus status;
    const int fault = operation([&] {
        status = act();
        return status.ok();
    });
    return fault != 0 ? fault_status(path, fault) : status;
}

class FaultyRocksFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    FaultyRocksFile(std::shared_ptr<FaultPlan> plan, std::string path, FaultPlan::File file,
                    uint64_t offset, std::unique_ptr<rocksdb::FSWritableFile> target)
        : FSWritableFileOwnerWrapper(std::move(target)),
          plan_(std::move(plan)),
          path_(std::move(path)),
          file_(std::move(file)),
          offset_(offset) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        IOStatus status;
        const int fault = plan_->write(*file_, offset_, data.size(), [&](size_t part) {
            status = target()->Append(Slice(data.data(), part), options, debug);
            offset_ += part;
            return status.ok();
        });
        return fault != 0 ? fault_status(path_, fault) : status;
    }
    IOStatus Append(const Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo& /*verification*/,
                    IODebugContext* debug) override {
        return Append(data, options, debug);
    }
    IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                              IODebugContext* debug) override {
        IOStatus status;
        const int fault = plan_->write(*file_, offset, data.size(), [&](size_t part) {
            status = target()->PositionedAppend(Slice(data.data(), part), offset, options, debug);
            return status.ok();
        });
        return fault != 0 ? fault_status(path_, fault) : status;
    }
    IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                              const rocksdb::DataVerificationInfo& /*verification*/,
                              IODebugContext* debug) override {
        return PositionedAppend(data, offset, options, debug);
    }
    IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
        return act_on(
            path_,
            [&](const FaultPlan::Act& act) {
                offset_ = size;
                return plan_->truncate(*file_, size, act);
            },
            [&] { return target()->Truncate(size, options, debug); });
    }
    IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
        const int fault = plan_->sync(*file_);
        return fault != 0 ? fault_status(path_, fault) : IOStatus::OK();
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return Sync(options, debug);
    }
    /// Promises nothing, so nothing is synced.
    IOStatus RangeSync(uint64_t /*offset*/, uint64_t /*bytes*/, const IOOptions& /*options*/,
                       IODebugContext* /*debug*/) override {
        return IOStatus::OK();
    }

private:
    std::shared_ptr<FaultPlan> plan_;
    std::string path_;
    FaultPlan::File file_;
    uint64_t offset_;  // where the next Append goes
};

class FaultyRocksFolder final : public rocksdb::FSDirectoryWrapper {
public:
    FaultyRocksFolder(std::shared_ptr<FaultPlan> plan, std::string path,
                      std::unique_ptr<rocksdb::FSDirectory> target)
        : FSDirectoryWrapper(std::move(target)), plan_(std::move(plan)), path_(std::move(path)) {}

    IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
        const int fault = plan_->sync_folder(path_);
        return fault != 0 ? fault_status(path_, fault) : IOStatus::OK();
    }
    IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                                 const rocksdb::DirFsyncOptions& /*reason*/) override {
        return Fsync(options, debug);
    }

private:
    std::shared_ptr<FaultPlan> plan_;
    std::string path_;
};

class FaultyRocksFileSystem final : public rocksdb::FileSystemWrapper {
public:
    explicit FaultyRocksFileSystem(std::shared_ptr<FaultPlan> plan)
        : FileSystemWrapper(rocksdb::FileSystem::Default()), plan_(std::move(plan)) {}

    const char* Name() const override { return "FaultyRocksFileSystem"; }

    IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                             IODebugContext* debug) override {
        std::unique_ptr<rocksdb::FSWritableFile> made;
        FaultPlan::File file;
        const IOStatus status = act_on(
            path, [&](const FaultPlan::Act& act) { return plan_->create(path, act, file); },
            [&] { return target()->NewWritableFile(path, options, &made, debug); });
        if (status.ok()) wrap(path, std::move(file), 0, std::move(made), result);
        return status;
    }

    IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                                std::unique_ptr<rocksdb::FSWritableFile>* result,
                                IODebugContext* debug) override {
        FaultPlan::File file;
        const int fault = plan_->open(path, file);
        if (fault == ENOENT) return NewWritableFile(path, options, result, debug);
        if (fault != 0) return fault_status(path, fault);
        std::unique_ptr<rocksdb::FSWritableFile> made;
        const IOStatus status = target()->ReopenWritableFile(path, options, &made, debug);
        const uint64_t size = file->size();
        if (status.ok()) wrap(path, std::move(file), size, std::move(made), result);
        return status;
    }

    IOStatus ReuseWritableFile(const std::string& path, const std::string& old,
                               const FileOptions& options,
                               std::unique_ptr<rocksdb::FSWritableFile>* result,
                               IODebugContext* debug) override {
        std::unique_ptr<rocksdb::FSWritableFile> made;
        const IOStatus status = act_on(
            path, [&](const FaultPlan::Act& act) { return plan_->rename(old, path, act); },
            [&] { return target()->ReuseWritableFile(path, old, options, &made, debug); });
        if (!status.ok()) return status;
        FaultPlan::File file;
        const int fault = plan_->open(path, file);
        if (fault != 0) return fault_status(path, fault);
        wrap(path, std::move(file), 0, std::move(made), result);
        return status;
    }

    IOStatus NewRandomRWFile(const std::string& path, const FileOptions& /*options*/,
                             std::unique_ptr<rocksdb::FSRandomRWFile>* /*result*/,
                             IODebugContext* /*debug*/) override {
        return IOStatus::NotSupported(path, "random writes");
    }
    IOStatus NewMemoryMappedFileBuffer(
        const std::string& path,
        std::unique_ptr<rocksdb::MemoryMappedFileBuffer>* /*result*/) override {
        return IOStatus::NotSupported(path, "writes to a mapped file");
    }

    IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                          std::unique_ptr<rocksdb::FSDirectory>* result,
                          IODebugContext* debug) override {
        std::unique_ptr<rocksdb::FSDirectory> made;
        const IOStatus status = target()->NewDirectory(path, options, &made, debug);
        if (status.ok()) {
            *result = std::make_unique<FaultyRocksFolder>(plan_, path, std::move(made));
        }
        return status;
    }

    IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                        IODebugContext* debug) override {
        return act_on(
            path, [&](const FaultPlan::Act& act) { return plan_->remove(path, act); },
            [&] { return target()->DeleteFile(path, options, debug); });
    }
    IOStatus DeleteDir(const std::string& path, const IOOptions& options,
                       IODebugContext* debug) override {
        return act_on(
            path, [&](const FaultPlan::Act& act) { return plan_->remove(path, act); },
            [&] { return target()->DeleteDir(path, options, debug); });
    }
    IOStatus CreateDir(const std::string& path, const IOOptions& options,
                       IODebugContext* debug) override {
        return act_on(
            path, [&](const FaultPlan::Act& act) { return plan_->make_folder(path, true, act); },
            [&] { return target()->CreateDir(path, options, debug); });
    }
    IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                                IODebugContext* debug) override {
        return act_on(
            path, [&](const FaultPlan::Act& act) { return plan_->make_folder(path, true, act); },
            [&] { return target()->CreateDirIfMissing(path, options, debug); });
    }
    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                        IODebugContext* debug) override {
        return act_on(
            from, [&](const FaultPlan::Act& act) { return plan_->rename(from, to, act); },
            [&] { return target()->RenameFile(from, to, options, debug); });
    }
    IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
        return act_on(
            from, [&](const FaultPlan::Act& act) { return plan_->link(from, to, act); },
            [&] { return target()->LinkFile(from, to, options, debug); });
    }
    IOStatus Truncate(const std::string& path, size_t size, const IOOptions& options,
                      IODebugContext* debug) override {
        FaultPlan::File file;
        const int fault = plan_->open(path, file);
        if (fault != 0) return fault_status(path, fault);
        return act_on(
            path, [&](const FaultPlan::Act& act) { return plan_->truncate(*file, size, act); },
            [&] { return target()->Truncate(path, size, options, debug); });
    }
    IOStatus GetFreeSpace(const std::string& path, const IOOptions& options, uint64_t* bytes,
                          IODebugContext* debug) override {
        const IOStatus status = target()->GetFreeSpace(path, options, bytes, debug);
        *bytes = std::min(*bytes, plan_->space().value_or(UINT64_MAX));
        return status;
    }
    /// The plan's own links do not count.
    IOStatus NumFileLinks(const std::string& path, const IOOptions& options, uint64_t* count,
                          IODebugContext* debug) override {
        FaultPlan::File file;
        const int fault = plan_->open(path, file);
        if (fault != 0) return fault_status(path, fault);
        const IOStatus status = target()->NumFileLinks(path, options, count, debug);
        if (status.ok()) --*count;
        return status;
    }

private:
    void wrap(const std::string& path, FaultPlan::File file, uint64_t offset,
              std::unique_ptr<rocksdb::FSWritableFile> made,
              std::unique_ptr<rocksdb::FSWritableFile>* result) {
        *result = std::make_unique<FaultyRocksFile>(plan_, path, std::move(file), offset,
                                                    std::move(made));
    }

    std::shared_ptr<FaultPlan> plan_;
};

/// RocksDB pauses for a second after a failure in the background. Without power that is in vain.
class FaultyClock final : public rocksdb::SystemClockWrapper {
public:
    explicit FaultyClock(std::shared_ptr<FaultPlan> plan)
        : SystemClockWrapper(rocksdb::SystemClock::Default()), plan_(std::move(plan)) {}

    const char* Name() const override { return "FaultyClock"; }
    void SleepForMicroseconds(int micros) override {
        SystemClockWrapper::SleepForMicroseconds(plan_->power_lost() ? std::min(micros, 1000)
                                                                     : micros);
    }

private:
    std::shared_ptr<FaultPlan> plan_;
};

class FaultyEnv final : public rocksdb::EnvWrapper {
public:
    explicit FaultyEnv(const std::shared_ptr<FaultPlan>& plan)
        : EnvWrapper(rocksdb::NewCompositeEnv(std::make_shared<FaultyRocksFileSystem>(plan))) {
        system_clock_ = std::make_shared<FaultyClock>(plan);
    }
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_faulty_env(const std::shared_ptr<FaultPlan>& plan) {
    return std::make_unique<FaultyEnv>(plan);
}

}  // namespace temblor::testing
