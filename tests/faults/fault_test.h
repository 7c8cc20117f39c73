#pragma once

#include <memory>
#include <string>

#include "tests/data/test_files.h"
#include "tests/faults/fault_plan.h"
#include "tests/faults/faulty_file_system.h"

namespace temblor::testing {

/// A plan over the empty folder "disk".
class FaultTest : public FolderTest {
protected:
    /// Empties the folder and starts a new plan.
    void start(uint64_t seed) {
        files_.reset();
        plan_.reset();
        std::filesystem::remove_all(path("disk"));
        std::filesystem::create_directory(path("disk"));
        plan_ = std::make_shared<FaultPlan>(path("disk"), seed);
        files_ = std::make_unique<FaultyFileSystem>(plan_);
    }
    [[nodiscard]] std::string on_disk(const std::string& name) const {
        return path("disk/" + name);
    }
    /// "-" where there is no such file.
    [[nodiscard]] std::string content(const std::string& name) const {
        return std::filesystem::exists(on_disk(name)) ? slurp(on_disk(name)) : "-";
    }
    void lose_power() {
        plan_->lose_power();
        const Status applied = plan_->apply_power_loss();
        ASSERT_TRUE(applied.is_ok()) << applied.to_string();
    }

    std::shared_ptr<FaultPlan> plan_;
    std::unique_ptr<FaultyFileSystem> files_;
};

inline std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace temblor::testing
