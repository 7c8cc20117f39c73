#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/Exception.h>

#include "compress/model/torch/device.h"
#include "compress/model/torch/linear.h"
#include "compress/model/torch/norms.h"
#include "compress/model/torch/rope_table.h"
#include "compress/model/torch/row_product.h"
#include "compress/model/torch/torch_operators.h"
#include "compress/model/torch/weight_loader.h"
#include "tests/compress/model_files.h"
#include "tests/compress/test_devices.h"

namespace temblor {
namespace {

using testing::expect_error;
using testing::ModelFolderTest;
using testing::safetensors_file;

class TorchBlocksTest : public ModelFolderTest {};

TEST_F(TorchBlocksTest, ChoosesADevice) {
    const auto cpu = choose_device({.device = "cpu"});
    ASSERT_TRUE(cpu.is_ok());
    EXPECT_TRUE(cpu->is_cpu());
    expect_error(choose_device({.device = "gpu9"}).status(), StatusCode::kInvalidArgument,
                 {"gpu9"});
}

TEST_F(TorchBlocksTest, HalfPrecisionMultipliesOrIsRefused) {
    ModelOptions options;
    options.precision = Precision::kBF16;
    const auto brain = choose_scalar_type(options, at::kCPU);
    ASSERT_TRUE(brain.is_ok());
    EXPECT_EQ(brain.value(), at::kBFloat16);
    options.precision = Precision::kF16;
    const auto half = choose_scalar_type(options, at::kCPU);
    if (!half.is_ok()) {
        expect_error(half.status(), StatusCode::kUnimplemented, {"f16", "bf16", torch_version()});
        return;
    }
    const at::Tensor one = at::randn({3, 3}).to(half.value());
    EXPECT_TRUE(at::allclose(at::linear(one, one).to(at::kFloat),
                             at::linear(one.to(at::kFloat), one.to(at::kFloat)), 1e-2, 1e-2));
}

TEST_F(TorchBlocksTest, TheTestDeviceRefusesTensorsOfTheCpu) {
    const auto fake = choose_device({.device = testing::device_under_test("fake")});
    ASSERT_TRUE(fake.is_ok()) << fake.status().to_string();
    const at::Tensor there = at::randn({2, 2}).to(fake.value());
    const at::Tensor here = at::randn({2, 2});
    EXPECT_EQ((there + there).device(), fake.value());
    EXPECT_TRUE(at::allclose((there + 1).to(at::kCPU), there.to(at::kCPU) + 1));
    EXPECT_THROW((void)(there + here), c10::Error);
    EXPECT_THROW((void)at::linear(there, here, at::Tensor()), c10::Error);
}

TEST_F(TorchBlocksTest, LoadsWeightsByTheirOldNamesToo) {
    file("model.safetensors", safetensors_file({{"m.LayerNorm.gamma", {2}, {1, 2}},
                                                {"m.LayerNorm.beta", {2}, {3, 4}},
                                                {"w.weight", {1, 2}, {5, 6}}}));
    const auto files = SafeTensors::open(folder());
    ASSERT_TRUE(files.is_ok());
    WeightLoader loader(*files, at::kCPU, at::kFloat);
    loader.set_prefix("m.");
    const LayerNorm norm = LayerNorm::load(loader, "LayerNorm", 2, 0);
    ASSERT_TRUE(loader.status().is_ok()) << loader.status().to_string();
    const at::Tensor out = norm(at::randn({1, 2}));
    EXPECT_NEAR(std::abs(out[0][0].item<float>() - 3), 1, 1e-5);
    EXPECT_NEAR(std::abs(out[0][1].item<float>() - 4), 2, 1e-5);
}

TEST_F(TorchBlocksTest, NamesFileAndTensorOfWrongWeights) {
    file("model.safetensors", safetensors_file({{"w.weight", {1, 2}, {5, 6}}}));
    const auto files = SafeTensors::open(folder());
    WeightLoader wrong(*files, at::kCPU, at::kFloat);
    (void)Linear::load(wrong, "w", 3, 1, false);
    expect_error(wrong.status(), StatusCode::kCorruption,
                 {"model.safetensors", "\"w.weight\"", "[1, 3]", "[1, 2]"});
    WeightLoader missing(*files, at::kCPU, at::kFloat);
    (void)Linear::load(missing, "w", 2, 1, true);
    expect_error(missing.status(), StatusCode::kCorruption, {folder(), "\"w.bias\"", "missing"});
}

TEST_F(TorchBlocksTest, PrepackedProductsEqualPlainOnes) {
    for (const bool biased : {false, true}) {
        const at::Tensor weight = at::randn({48, 32});
        const at::Tensor bias = biased ? at::randn({48}) : at::Tensor();
        const at::Tensor input = at::randn({7, 32});
        const Linear plain(weight, bias);
        Linear packed(weight, bias);
        packed.prepack(8);
        EXPECT_TRUE(at::allclose(plain(input), packed(input), 1e-4, 1e-4));
        EXPECT_TRUE(at::allclose(plain.with_gelu(input), packed.with_gelu(input), 1e-4, 1e-4));
    }
}

TEST_F(TorchBlocksTest, QuantizedProductsAreThoseOfRoundedWeights) {
    at::Tensor weight = at::randn({2100, 33});  // more outputs than one tile
    weight[5].zero_();
    weight[6].mul_(1e4);
    for (const bool biased : {false, true}) {
        const Linear plain(weight, biased ? at::randn({2100}) : at::Tensor());
        const Linear small = plain.quantized();
        EXPECT_EQ(small.weight().scalar_type(), at::kChar);
        EXPECT_EQ(small.weight().abs().max().item<int>(), 127);
        const at::Tensor rounded = small.weight().to(at::kFloat) * small.scales().unsqueeze(1);
        const at::Tensor halves = small.scales().unsqueeze(1) * 0.5001F;
        EXPECT_TRUE(((rounded - weight).abs() <= halves).all().item<bool>());
        const Linear same(rounded, plain.bias());
        for (const int64_t rows : {1, 3}) {
            const at::Tensor input = at::randn({rows, 33});
            const at::Tensor expected = same(input);
            EXPECT_TRUE(at::allclose(small(input), expected, 1e-4, 1e-3));
            EXPECT_TRUE(at::allclose(row_product(input, small), expected, 1e-4, 1e-3));
            EXPECT_TRUE(at::allclose(small.with_gelu(input), same.with_gelu(input), 1e-4, 1e-3));
            at::Tensor sum = at::zeros_like(expected);
            add_product(sum, input, small);
            EXPECT_TRUE(at::allclose(sum, expected, 1e-4, 1e-3));
        }
    }
}

TEST_F(TorchBlocksTest, RotationKeepsLengthsAndRelativePlaces) {
    ModelConfig config;
    config.rotated = 6;
    const RopeTable table(config, at::kCPU);
    const at::Tensor q = at::randn({1, 1, 8});
    const at::Tensor k = at::randn({1, 1, 8});
    const auto turned = [&](const at::Tensor& x, int64_t position) {
        return RopeTable::rotate(x, table.angles(to_device({position}, at::kCPU), 100));
    };
    const auto product = [&](int64_t i, int64_t j) {
        return (turned(q, i) * turned(k, j)).sum().item<float>();
    };
    EXPECT_NEAR(product(3, 1), product(53, 51), 1e-4);
    EXPECT_TRUE(at::allclose(turned(q, 0), q));
    EXPECT_TRUE(at::allclose(turned(q, 9).narrow(-1, 6, 2), q.narrow(-1, 6, 2)));
}

}  // namespace
}  // namespace temblor
