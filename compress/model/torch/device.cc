#include "compress/model/torch/device.h"

#include <cstdlib>
#include <filesystem>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include "compress/model/torch/torch_operators.h"

namespace temblor {
namespace {

/// Loads libtorch_cuda from beside libtorch_cpu, once: its backend registers itself. Nothing that
/// asks at::hasCUDA() may run before, for the answer is remembered.
Status load_cuda() {
    static const Status loaded = [] {
        Dl_info info{};
        const auto* known = reinterpret_cast<const void*>(&at::get_num_threads);
        std::string path = "libtorch_cuda.so";
        if (::dladdr(known, &info) != 0 && info.dli_fname != nullptr) {
            path = (std::filesystem::path(info.dli_fname).parent_path() / path).string();
        }
        if (::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
            return Status::unavailable(fmt::format("device cuda: {}", ::dlerror()));
        }
        return Status::ok();
    }();
    return loaded;
}

Status check_cuda(const at::Device& device) {
    TEMBLOR_RETURN_IF_ERROR(load_cuda());
    const auto count = at::hasCUDA() ? static_cast<int>(at::getNumGPUs()) : 0;
    if (count <= std::max<int>(device.index(), 0)) {
        return Status::unavailable(
            fmt::format("device {}: {} CUDA devices found", device.str(), count));
    }
    return Status::ok();
}

at::ScalarType scalar_type(Precision precision, at::Device device) {
    switch (precision) {
        case Precision::kF32:
            return at::kFloat;
        case Precision::kBF16:
            return at::kBFloat16;
        case Precision::kF16:
            return at::kHalf;
        case Precision::kInt8:
            return device.is_cpu() ? at::kFloat : at::kBFloat16;
    }
    return at::kFloat;
}

}  // namespace

Result<at::Device> choose_device(const ModelOptions& options) {
    std::string name = options.device;
    const char* given = std::getenv("TEMBLOR_DEVICE");
    if (name.empty() && given != nullptr) name = given;
    if (name.empty()) name = "cpu";
    at::Device device(at::kCPU);
    try {
        device = at::Device(name);
    } catch (const c10::Error&) {
        return Status::invalid_argument(
            fmt::format("device \"{}\": expected cpu, cuda or cuda:N", name));
    }
    if (device.is_cuda()) TEMBLOR_RETURN_IF_ERROR(check_cuda(device));
    if (!device.is_cpu() && !device.has_index()) device.set_index(0);
    return device;
}

Result<at::ScalarType> choose_scalar_type(const ModelOptions& options, at::Device device) {
    const at::ScalarType type = scalar_type(options.precision, device);
    if (!device.is_cuda() && !cpu_multiplies(type)) {
        return Status::unimplemented(
            fmt::format("precision f16: libtorch {} does not multiply it on a CPU; expected f32 or "
                        "bf16, a GPU, or libtorch 2 (scripts/setup --models)",
                        torch_version()));
    }
    return type;
}

void apply_threads(const ModelOptions& options) {
    if (options.threads > 0) at::set_num_threads(options.threads);
}

at::Tensor to_device(const std::vector<int64_t>& values, at::Device device) {
    auto* data = const_cast<int64_t*>(values.data());
    return at::from_blob(data, {static_cast<int64_t>(values.size())}, at::kLong)
        .to(device, at::kLong, /*non_blocking=*/false, /*copy=*/true);
}

at::Tensor to_floats(const at::Tensor& tensor) {
    return tensor.to(at::kCPU, at::kFloat).contiguous();
}

}  // namespace temblor
