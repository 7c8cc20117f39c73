#include "tests/faults/fault_plan.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace temblor::testing {
namespace {

std::string prepared(std::string folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    return folder;
}

int errno_of(const Status& status) {
    return status.code() == StatusCode::kNotFound ? ENOENT : EINVAL;
}

}  // namespace

FaultPlan::FaultPlan(const std::string& root, uint64_t seed)
    : spare_(prepared(root + ".faults")), tree_(root, spare_), random_(seed) {}

FaultPlan::~FaultPlan() {
    std::error_code ignored;
    std::filesystem::remove_all(spare_, ignored);
}

void FaultPlan::fail_write(uint64_t nth, bool torn) {
    const std::lock_guard lock(mutex_);
    failing_write_ = writes_ + nth;
    torn_ = torn;
}

void FaultPlan::fail_writes(double probability, bool torn) {
    const std::lock_guard lock(mutex_);
    write_failures_ = probability;
    torn_ = torn;
}

void FaultPlan::fail_sync(uint64_t nth) {
    const std::lock_guard lock(mutex_);
    failing_sync_ = syncs_ + nth;
}

void FaultPlan::set_space(std::optional<uint64_t> bytes) {
    const std::lock_guard lock(mutex_);
    space_ = bytes;
}

void FaultPlan::lose_power() {
    const std::lock_guard lock(mutex_);
    power_lost_ = true;
}

void FaultPlan::lose_power_at(uint64_t nth) {
    const std::lock_guard lock(mutex_);
    last_operation_ = operations_ + nth;
}

void FaultPlan::set_zeros(bool zeros) {
    const std::lock_guard lock(mutex_);
    zeros_ = zeros;
}

void FaultPlan::heal() {
    const std::lock_guard lock(mutex_);
    write_failures_ = 0;
    failing_write_ = failing_sync_ = last_operation_ = 0;
    space_.reset();
}

Status FaultPlan::apply_power_loss() {
    {
        const std::lock_guard lock(mutex_);
        if (!power_lost_) return Status::internal("apply_power_loss: the power is not lost");
        TEMBLOR_RETURN_IF_ERROR(tree_.lose_power(random_, zeros_));
        power_lost_ = false;
    }
    heal();
    return Status::ok();
}

bool FaultPlan::power_lost() const {
    const std::lock_guard lock(mutex_);
    return power_lost_;
}

uint64_t FaultPlan::operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
}

uint64_t FaultPlan::writes() const {
    const std::lock_guard lock(mutex_);
    return writes_;
}

uint64_t FaultPlan::syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_;
}

std::optional<uint64_t> FaultPlan::space() const {
    const std::lock_guard lock(mutex_);
    return space_;
}

int FaultPlan::enter() {
    ++operations_;
    if (operations_ == last_operation_) power_lost_ = true;
    return power_lost_ ? EIO : 0;
}

int FaultPlan::write(DiskFile& file, uint64_t offset, size_t bytes,
                     const std::function<bool(size_t)>& put) {
    const std::lock_guard lock(mutex_);
    if (const int error = enter()) return error;
    ++writes_;
    size_t written = bytes;
    int fault = 0;
    if (writes_ == failing_write_ || (write_failures_ > 0 && random_.uniform() < write_failures_)) {
        fault = EIO;
        written = torn_ ? random_.below(bytes + 1) : 0;
    }
    if (space_.has_value() && written > *space_) {
        fault = ENOSPC;
        written = *space_;
    }
    if (space_.has_value()) *space_ -= written;
    if (written != 0 || bytes == 0) {
        file.before_write(offset, written);
        put(written);
    }
    return fault;
}

int FaultPlan::truncate(DiskFile& file, uint64_t size, const Act& act) {
    const std::lock_guard lock(mutex_);
    if (const int error = enter()) return error;
    file.before_truncate(size);
    act();
    return 0;
}

int FaultPlan::enter_sync() {
    const int error = enter();
    if (error != 0) return error;
    return ++syncs_ == failing_sync_ ? EIO : 0;
}

int FaultPlan::sync(DiskFile& file) {
    const std::lock_guard lock(mutex_);
    const int error = enter_sync();
    if (error == 0) {
        file.synced();
    } else if (!power_lost_) {
        file.sync_failed();
    }
    return error;
}

int FaultPlan::sync_folder(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const int error = enter_sync();
    if (error == 0) tree_.sync(path);
    return error;
}

int FaultPlan::open(const std::string& path, File& file) {
    const std::lock_guard lock(mutex_);
    if (const int error = enter()) return error;
    const auto place = tree_.find(path);
    if (!place.is_ok()) return errno_of(place.status());
    if (place->node == nullptr) return ENOENT;
    if (place->node->file == nullptr) return EISDIR;
    file = place->node->file;
    return 0;
}

int FaultPlan::create_nameless(const std::function<bool(const std::string&)>& act, File& file) {
    const std::lock_guard lock(mutex_);
    if (const int error = enter()) return error;
    const std::string path = tree_.spare_path();
    if (act(path)) file = std::make_shared<DiskFile>(path, 0);
    return 0;
}

int FaultPlan::create(const std::string& path, const Act& act, File& file) {
    const std::lock_guard lock(mutex_);
    if (const int error = enter()) return error;
    const auto place = tree_.find(path);
    if (!place.is_ok()) return errno_of(place.status());
    if (place->node != nullptr) {
        if (place->node->file == nullptr) return EISDIR;
        place->node->file->before_truncate(0);
        if (act()) file = place->node->file;
        return 0;
    }
    if (!act()) return 0;
    const auto made = tree_.adopt(path, 0);
    if (!made.is_ok()) return EINVAL;
    tree_.change({{*place, *made}});
    file = made.value()->file;
    return 0;
}

int FaultPlan::change(const std::vector<std::string>& paths, const Act& act,
                      const Changes& changes) {
    const std::lock_guard lock(mutex_);
    if (const int error = enter()) return error;
    std::vector<DiskTree::Place> places;
    for (const std::string& path : paths) {
        auto place = tree_.find(path);
        if (!place.is_ok()) return errno_of(place.status());
        places.push_back(std::move(place).value());
    }
    if (act()) tree_.change(changes(places));
    return 0;
}

int FaultPlan::publish(const File& file, const std::string& path, const Act& act) {
    return change({path}, act, [&](std::vector<DiskTree::Place>& places) {
        const auto node = std::make_shared<DiskTree::Node>();
        node->file = file;
        return std::vector<DiskTree::Change>{{places[0], node}};
    });
}

int FaultPlan::rename(const std::string& from, const std::string& to, const Act& act) {
    return change({from, to}, act, [](std::vector<DiskTree::Place>& places) {
        return std::vector<DiskTree::Change>{{places[0], nullptr}, {places[1], places[0].node}};
    });
}

int FaultPlan::link(const std::string& from, const std::string& to, const Act& act) {
    return change({from, to}, act, [](std::vector<DiskTree::Place>& places) {
        return std::vector<DiskTree::Change>{{places[1], places[0].node}};
    });
}

int FaultPlan::remove(const std::string& path, const Act& act) {
    return change({path}, act, [](std::vector<DiskTree::Place>& places) {
        return std::vector<DiskTree::Change>{{places[0], nullptr}};
    });
}

int FaultPlan::make_folder(const std::string& path, bool durable, const Act& act) {
    if (!durable) {
        return change({path}, act, [](std::vector<DiskTree::Place>& places) {
            return std::vector<DiskTree::Change>{{places[0], std::make_shared<DiskTree::Node>()}};
        });
    }
    const std::lock_guard lock(mutex_);
    if (const int error = enter()) return error;
    tree_.sync(std::filesystem::path(path).parent_path().string());
    // What the tree did not see happen counts as durable.
    if (act()) (void)tree_.find(path);
    return 0;
}

}  // namespace temblor::testing
