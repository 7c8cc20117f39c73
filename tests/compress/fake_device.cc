#include <cstdlib>
#include <cstring>

#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_native.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>
#include <torch/library.h>

#include "tests/compress/test_devices.h"

// The private backend of libtorch as a device of the tests: see test_devices.h.

namespace temblor::testing {
namespace {

constexpr auto kFake = c10::DeviceType::PrivateUse1;

class FakeAllocator final : public c10::Allocator {
public:
    c10::DataPtr allocate(size_t bytes) override {
        void* memory = bytes == 0 ? nullptr : std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        return {memory, memory, &std::free, c10::Device(kFake, 0)};
    }
    [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return &std::free; }
    void copy_data(void* target, const void* source, size_t bytes) const override {
        std::memcpy(target, source, bytes);
    }
};

FakeAllocator& fake_allocator() {
    static FakeAllocator allocator;
    return allocator;
}

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

at::Tensor fake_empty(at::IntArrayRef size, std::optional<at::ScalarType> type,
                      std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>,
                      std::optional<at::MemoryFormat> format) {
    return at::detail::empty_generic(size, &fake_allocator(),
                                     c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                     type.value_or(at::kFloat), format);
}

at::Tensor fake_empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                              std::optional<at::ScalarType> type, std::optional<at::Layout>,
                              std::optional<at::Device>, std::optional<bool>) {
    return at::detail::empty_strided_generic(size, stride, &fake_allocator(),
                                             c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                             type.value_or(at::kFloat));
}

at::Tensor fake_copy_from(const at::Tensor& source, const at::Tensor& target, bool) {
    as_cpu(target).copy_(as_cpu(source));
    return target;
}

at::Tensor fake_copy_from_and_resize(const at::Tensor& source, const at::Tensor& target) {
    if (source.sizes() != target.sizes()) {
        TORCH_CHECK(target.numel() == 0, "fake device: an output of another size");
        const at::Tensor made =
            fake_empty(source.sizes(), target.scalar_type(), {}, {}, {}, std::nullopt);
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
            for (const std::optional<at::Tensor>& tensor : value.toOptionalTensorVector()) {
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
    static const bool registered = [] {
        c10::SetAllocator(kFake, &fake_allocator());
        c10::register_privateuse1_backend("fake");
        return true;
    }();
    (void)registered;
    return name;
}

std::vector<std::string> devices_under_test() {
    std::vector<std::string> names = {"cpu", "fake"};
    const char* given = std::getenv("TEMBLOR_DEVICE");
    if (given != nullptr && std::strcmp(given, "cpu") != 0) names.emplace_back(given);
    return names;
}

}  // namespace temblor::testing
