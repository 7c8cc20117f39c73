#include <cstdlib>
#include <cstring>
#include <utility>

#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>
#include <c10/util/strides.h>
#include <torch/library.h>

#include "tests/compress/test_devices.h"

// The private backend of libtorch as a device of the tests: see test_devices.h.

namespace temblor::testing {
namespace {

constexpr auto kFake = c10::DeviceType::PrivateUse1;

/// What this libtorch takes and gives for a value that may be missing.
template <typename T>
using Maybe = decltype(std::declval<const c10::IValue&>().toOptional<T>());

/// One device, one stream, nothing asynchronous.
struct FakeGuard final : public c10::impl::DeviceGuardImplInterface {
    [[nodiscard]] c10::DeviceType type() const override { return kFake; }
    [[nodiscard]] c10::Device exchangeDevice(c10::Device) const override { return {kFake, 0}; }
    [[nodiscard]] c10::Device getDevice() const override { return {kFake, 0}; }
    void setDevice(c10::Device) const override {}
    void uncheckedSetDevice(c10::Device) const noexcept override {}
    [[nodiscard]] c10::Stream getStream(c10::Device device) const noexcept override {
        return c10::Stream(c10::Stream::DEFAULT, device);
    }
    [[nodiscard]] c10::Stream exchangeStream(c10::Stream stream) const noexcept override {
        return stream;
    }
    [[nodiscard]] c10::DeviceIndex deviceCount() const noexcept override { return 1; }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, FakeGuard)

/// The tensor's memory as a tensor of the CPU.
at::Tensor as_cpu(const at::Tensor& tensor) {
    if (tensor.device().is_cpu()) return tensor;
    return at::from_blob(tensor.data_ptr(), tensor.sizes(), tensor.strides(),
                         at::TensorOptions(tensor.scalar_type()));
}

at::Tensor fake_empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                              Maybe<at::ScalarType> type, Maybe<at::Layout>, Maybe<at::Device>,
                              Maybe<bool>) {
    const at::ScalarType given = type.value_or(at::kFloat);
    const size_t bytes = at::detail::computeStorageNbytes(size, stride, c10::elementSize(given));
    void* memory = bytes == 0 ? nullptr : std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    const c10::Device device(kFake, 0);
    return at::from_blob(memory, size, stride, &std::free, at::TensorOptions(device).dtype(given),
                         device);
}

at::Tensor fake_empty(at::IntArrayRef size, Maybe<at::ScalarType> type, Maybe<at::Layout> layout,
                      Maybe<at::Device> device, Maybe<bool> pinned, Maybe<at::MemoryFormat>) {
    const auto strides = c10::contiguous_strides(size);
    return fake_empty_strided(size, strides, type, layout, device, pinned);
}

at::Tensor fake_copy_from(const at::Tensor& source, const at::Tensor& target, bool) {
    as_cpu(target).copy_(as_cpu(source));
    return target;
}

at::Tensor fake_copy_from_and_resize(const at::Tensor& source, const at::Tensor& target) {
    if (source.sizes() != target.sizes()) {
        TORCH_CHECK(target.numel() == 0, "fake device: an output of another size");
        const at::Tensor made = fake_empty(source.sizes(), target.scalar_type(), {}, {}, {}, {});
        target.unsafeGetTensorImpl()->set_storage_keep_dtype(made.storage());
        target.unsafeGetTensorImpl()->set_sizes_contiguous(source.sizes());
    }
    return fake_copy_from(source, target, false);
}

/// As CUDA's kernels: every tensor on the device, but for numbers that are tensors of the CPU.
void check_one_device(const at::Tensor& tensor, const c10::OperatorHandle& op) {
    if (!tensor.defined() || tensor.device().type() == kFake) return;
    TORCH_CHECK(tensor.device().is_cpu() && tensor.dim() == 0,
                "Expected all tensors to be on the same device, but ", op.schema().name(),
                " got one on ", tensor.device(), " beside one on the fake device");
}

void fake_fallback(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
    const size_t count = op.schema().arguments().size();
    for (const c10::IValue& value : torch::jit::last(*stack, count)) {
        if (value.isTensor()) {
            check_one_device(value.toTensor(), op);
        } else if (value.isTensorList()) {
            for (const at::Tensor& tensor : value.toTensorVector()) check_one_device(tensor, op);
        } else if (value.isOptionalTensorList()) {
            for (const Maybe<at::Tensor>& tensor : value.toOptionalTensorVector()) {
                if (tensor.has_value()) check_one_device(*tensor, op);
            }
        }
    }
    at::native::cpu_fallback(op, stack);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&fake_fallback>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
    library.impl("empty.memory_format", &fake_empty);
    library.impl("empty_strided", &fake_empty_strided);
    library.impl("_copy_from", &fake_copy_from);
    library.impl("_copy_from_and_resize", &fake_copy_from_and_resize);
    library.impl("as_strided", &at::native::as_strided_tensorimpl);
    library.impl("view", &at::native::view);
    library.impl("_reshape_alias", &at::native::_reshape_alias);
}

}  // namespace

std::string device_under_test(const std::string& name) {
    return name == "fake" ? "privateuseone" : name;
}

std::vector<std::string> devices_under_test() {
    std::vector<std::string> names = {"cpu", "fake"};
    const char* given = std::getenv("TEMBLOR_DEVICE");
    if (given != nullptr && std::strcmp(given, "cpu") != 0) names.emplace_back(given);
    return names;
}

}  // namespace temblor::testing
