#include "tests/faults/disk_tree.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace temblor::testing {
namespace {

namespace fs = std::filesystem;

Status link_file(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) == 0) return Status::ok();
    return Status::io_error(from + ": cannot link to " + to, errno);
}

}  // namespace

DiskTree::DiskTree(std::string root, std::string spare)
    : root_(fs::absolute(root).lexically_normal().string()),
      spare_(std::move(spare)),
      top_(std::make_shared<Node>()) {}

std::string DiskTree::spare_path() { return spare_ + "/" + std::to_string(serial_++); }

Result<DiskTree::NodePointer> DiskTree::adopt(const std::string& path, uint64_t durable) {
    std::string own = spare_path();
    TEMBLOR_RETURN_IF_ERROR(link_file(path, own));
    auto node = std::make_shared<Node>();
    node->file = std::make_shared<DiskFile>(std::move(own), durable);
    return node;
}

Result<DiskTree::NodePointer> DiskTree::adopt_any(const std::string& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return std::make_shared<Node>();
    const auto size = fs::file_size(path, error);
    if (error) return Status::not_found(path + ": " + error.message());
    return adopt(path, size);
}

Result<DiskTree::Place> DiskTree::find(const std::string& path) {
    const fs::path whole = fs::absolute(path).lexically_normal();
    const fs::path relative = whole.lexically_relative(root_);
    if (relative.empty() || *relative.begin() == "..") {
        return Status::invalid_argument(path + ": is not below " + root_);
    }
    Place place{nullptr, "", top_};
    fs::path so_far = root_;
    for (const fs::path& part : relative) {
        if (part.empty() || part == ".") continue;
        if (place.node == nullptr || place.node->file != nullptr) {
            return Status::not_found(path + ": no such folder: " + so_far.string());
        }
        so_far /= part;
        place = {place.node, part.string(), nullptr};
        const auto found = place.folder->live.find(place.name);
        if (found != place.folder->live.end()) {
            place.node = found->second;
        } else if (fs::exists(fs::symlink_status(so_far))) {
            TEMBLOR_ASSIGN_OR_RETURN(place.node, adopt_any(so_far.string()));
            change_durably({{place.folder, place.name, nullptr}, place.node});
        }
    }
    return place;
}

void DiskTree::change_durably(const Change& change) {
    change.place.folder->live[change.place.name] = change.after;
    change.place.folder->durable[change.place.name] = change.after;
}

void DiskTree::change(std::vector<Change> changes) {
    for (const Change& change : changes) {
        auto& live = change.place.folder->live;
        if (change.after == nullptr) {
            live.erase(change.place.name);
        } else {
            live[change.place.name] = change.after;
        }
    }
    pending_.push_back(std::move(changes));
}

bool DiskTree::builds_on(const Operation& later, const Operation& earlier) {
    for (const Change& l : later) {
        for (const Change& e : earlier) {
            if (l.place.folder == e.place.folder && l.place.name == e.place.name) return true;
            for (const NodePointer& node : {l.place.node, l.after}) {
                if (node != nullptr && (node == e.place.node || node == e.after)) return true;
            }
            // A folder goes only when all in it went.
            if (l.after == nullptr && l.place.node == e.place.folder) return true;
        }
    }
    return false;
}

void DiskTree::confirm(const Operation& operation) {
    for (const Change& change : operation) {
        auto& durable = change.place.folder->durable;
        if (change.after == nullptr) {
            durable.erase(change.place.name);
        } else {
            durable[change.place.name] = change.after;
        }
    }
}

void DiskTree::sync(const std::string& folder) {
    const auto place = find(folder);
    if (!place.is_ok() || place->node == nullptr) return;
    // A move is confirmed by the folder that it went to.
    const auto belongs = [&](const Operation& operation) {
        const bool adds = std::ranges::any_of(
            operation, [](const Change& change) { return change.after != nullptr; });
        return std::ranges::any_of(operation, [&](const Change& change) {
            return change.place.folder == place->node && (change.after != nullptr || !adds);
        });
    };
    std::vector<bool> confirmed(pending_.size());
    for (size_t i = pending_.size(); i-- > 0;) {
        confirmed[i] = belongs(pending_[i]);
        for (size_t j = i + 1; j < pending_.size() && !confirmed[i]; ++j) {
            confirmed[i] = confirmed[j] && builds_on(pending_[j], pending_[i]);
        }
    }
    std::vector<Operation> left;
    for (size_t i = 0; i < pending_.size(); ++i) {
        if (confirmed[i]) {
            confirm(pending_[i]);
        } else {
            left.push_back(std::move(pending_[i]));
        }
    }
    pending_ = std::move(left);
}

Status DiskTree::adopt_all(const std::string& path) {
    for (const auto& entry : fs::directory_iterator(path)) {
        TEMBLOR_ASSIGN_OR_RETURN(const Place place, find(entry.path().string()));
        if (place.node != nullptr && place.node->file == nullptr) {
            TEMBLOR_RETURN_IF_ERROR(adopt_all(entry.path().string()));
        }
    }
    return Status::ok();
}

Status DiskTree::write(const NodePointer& folder, const std::string& path, SplitMix& random,
                       bool zeros, std::map<const Node*, std::string>& written) {
    fs::create_directory(path);
    for (const auto& [name, node] : folder->durable) {
        const std::string target = path + "/" + name;
        const auto [first, is_new] = written.try_emplace(node.get(), target);
        if (node->file == nullptr) {
            TEMBLOR_RETURN_IF_ERROR(write(node, target, random, zeros, written));
        } else if (!is_new) {
            TEMBLOR_RETURN_IF_ERROR(link_file(first->second, target));
        } else if (node->file->clean()) {
            TEMBLOR_RETURN_IF_ERROR(link_file(node->file->path(), target));
        } else {
            const std::string bytes = node->file->after_power_loss(random, zeros);
            std::ofstream out(target, std::ios::binary);
            out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            if (!out.flush()) return Status::io_error(target + ": cannot write", errno);
        }
    }
    return Status::ok();
}

Status DiskTree::lose_power(SplitMix& random, bool zeros) {
    TEMBLOR_RETURN_IF_ERROR(adopt_all(root_));
    // A journal keeps a prefix of the changes; the other half of the time they come in any order.
    const bool in_order = random.below(2) == 0;
    const uint64_t prefix = random.below(pending_.size() + 1);
    std::vector<bool> kept(pending_.size());
    for (size_t i = 0; i < pending_.size(); ++i) {
        kept[i] = in_order ? i < prefix : random.below(2) == 0;
        for (size_t j = 0; j < i && kept[i]; ++j) {
            kept[i] = kept[j] || !builds_on(pending_[i], pending_[j]);
        }
        if (kept[i]) confirm(pending_[i]);
    }
    const std::string fresh = spare_path();
    std::map<const Node*, std::string> written;
    TEMBLOR_RETURN_IF_ERROR(write(top_, fresh, random, zeros, written));
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(root_)) old.push_back(entry.path());
    for (const fs::path& path : old) fs::remove_all(path);
    for (const auto& [name, node] : top_->durable) {
        fs::rename(fresh + "/" + name, root_ + "/" + name);
    }
    fs::remove(fresh);
    pending_.clear();
    top_ = std::make_shared<Node>();
    return Status::ok();
}

}  // namespace temblor::testing
