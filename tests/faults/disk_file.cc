#include "tests/faults/disk_file.h"

#include <algorithm>

#include <unistd.h>

#include "tests/data/test_files.h"

namespace temblor::testing {

DiskFile::DiskFile(std::string path, uint64_t durable)
    : path_(std::move(path)), size_(durable), durable_(durable) {}

DiskFile::~DiskFile() { ::unlink(path_.c_str()); }

std::string DiskFile::live() const { return slurp(path_); }

void DiskFile::keep_image() {
    if (image_.has_value()) return;
    image_ = live();
    image_->resize(durable_);
}

void DiskFile::cut(std::vector<Range>& ranges, uint64_t begin, uint64_t end) {
    std::vector<Range> left;
    for (const Range& range : ranges) {
        if (range.begin < std::min(range.end, begin)) {
            left.push_back({range.begin, std::min(range.end, begin)});
        }
        if (std::max(range.begin, end) < range.end) {
            left.push_back({std::max(range.begin, end), range.end});
        }
    }
    ranges = std::move(left);
}

void DiskFile::before_write(uint64_t offset, uint64_t bytes) {
    if (bytes == 0) return;
    if (offset < durable_) keep_image();
    const uint64_t begin = std::min(offset, size_);
    const uint64_t end = offset + bytes;
    cut(lost_, begin, end);
    if (!dirty_.empty() && dirty_.back().end == begin) {
        dirty_.back().end = end;
    } else {
        cut(dirty_, begin, end);
        dirty_.push_back({begin, end});
    }
    size_ = std::max(size_, end);
}

void DiskFile::before_truncate(uint64_t size) {
    if (size < durable_) keep_image();
    if (size > size_) before_write(size_, size - size_);
    cut(dirty_, size, UINT64_MAX);
    cut(lost_, size, UINT64_MAX);
    size_ = size;
}

void DiskFile::synced() {
    if (lost_.empty()) {
        image_.reset();
    } else {
        keep_image();
        const std::string bytes = live();
        image_->resize(size_);
        for (const Range& range : dirty_) {
            const uint64_t end = std::min<uint64_t>(range.end, bytes.size());
            if (range.begin >= end) continue;
            image_->replace(range.begin, end - range.begin, bytes, range.begin, end - range.begin);
        }
    }
    durable_ = size_;
    dirty_.clear();
}

void DiskFile::sync_failed() {
    if (size_ < durable_) return;  // a truncation that has not reached the disk stays just that
    lost_.insert(lost_.end(), dirty_.begin(), dirty_.end());
    dirty_.clear();
}

bool DiskFile::clean() const {
    return dirty_.empty() && lost_.empty() && size_ == durable_ && !image_.has_value();
}

std::string DiskFile::after_power_loss(SplitMix& random, bool zeros) const {
    constexpr uint64_t kPage = 4096;
    const std::string bytes = live();
    std::string disk = image_.has_value() ? *image_ : bytes.substr(0, durable_);
    if (size_ < disk.size() && random.below(2) == 0) disk.resize(size_);
    std::vector<Range> ranges = dirty_;
    ranges.insert(ranges.end(), lost_.begin(), lost_.end());
    std::ranges::sort(ranges, {}, &Range::begin);
    const auto keep = [&](uint64_t begin, uint64_t end) {
        end = std::min<uint64_t>(end, bytes.size());
        if (begin >= end || (begin > disk.size() && !zeros)) return;
        if (disk.size() < end) disk.resize(end);
        disk.replace(begin, end - begin, bytes, begin, end - begin);
    };
    for (const Range& range : ranges) {
        switch (random.below(zeros ? 5 : 4)) {
            case 0:
                break;
            case 1:
                keep(range.begin, range.end);
                break;
            case 4:  // pages reach the disk in any order
                for (uint64_t at = range.begin; at < range.end; at = (at / kPage + 1) * kPage) {
                    if (random.below(2) != 0) {
                        keep(at, std::min(range.end, (at / kPage + 1) * kPage));
                    }
                }
                break;
            default:
                keep(range.begin, range.begin + random.below(range.end - range.begin + 1));
        }
    }
    if (zeros && disk.size() < bytes.size() && random.below(3) == 0) {
        disk.resize(disk.size() + 1 + random.below(bytes.size() - disk.size()));
    }
    return disk;
}

}  // namespace temblor::testing
