#pragma once

#include <memory>

#include "data/io/file_system.h"
#include "tests/faults/fault_plan.h"

namespace temblor::testing {

/// The files of Temblor on the disk of a plan. Takes only paths below the plan's root, save for
/// reading. Reading fails too once the power is lost.
class FaultyFileSystem final : public FileSystem {
public:
    explicit FaultyFileSystem(std::shared_ptr<FaultPlan> plan);

    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
    Status rename(const std::string& from, const std::string& to) override;
    Status link(const std::string& from, const std::string& to) override;
    Status remove(const std::string& path) override;
    Status make_folder(const std::string& path) override;
    Status sync_folder(const std::string& path) override;
    Result<std::vector<FileInfo>> list(const std::string& folder) override;
    Result<FileInfo> info(const std::string& path) override;
    Result<std::shared_ptr<const MappedFile>> map(const std::string& path) override;
    /// What the plan's space leaves, if it limits it.
    Result<uint64_t> free_bytes(const std::string& path) override;

private:
    [[nodiscard]] Status readable(const std::string& path) const;

    std::shared_ptr<FaultPlan> plan_;
};

}  // namespace temblor::testing
