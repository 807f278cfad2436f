//! Where products are computed: this machine's processor, or one of its GPUs.

use burn::tensor::Device;

use crate::error::EngineError;

/// A device that burn computes on.
#[derive(Clone, Debug)]
pub struct Backend {
    name: String,
    description: String,
    pub(crate) device: Device,
    pub(crate) is_gpu: bool,
}

impl Backend {
    /// The processor: rten's kernel of 8-bit integers, and burn's `flex` for operators too wide for it.
    pub fn cpu() -> Self {
        Self {
            name: "cpu".into(),
            description: "this machine's processor".into(),
            device: Device::flex(),
            is_gpu: false,
        }
    }

    /// Every backend of this machine that this build can use, the processor first.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::cpu()];
        all.extend(gpus());
        all
    }

    /// The backend of a name that [`Self::all`] lists.
    ///
    /// # Errors
    /// [`EngineError::NoBackend`], which lists the names.
    pub fn named(name: &str) -> Result<Self, EngineError> {
        let all = if name == "cpu" { vec![Self::cpu()] } else { Self::all() };
        let names = all.iter().map(|backend| backend.name.clone()).collect::<Vec<_>>().join(", ");
        all.into_iter()
            .find(|backend| backend.name == name)
            .ok_or_else(|| EngineError::NoBackend { name: name.into(), names })
    }

    /// What it is called on a command line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, for a person.
    pub fn description(&self) -> &str {
        &self.description
    }
}

/// The GPUs that Vulkan shows. Without a driver there are none.
#[cfg(feature = "wgpu")]
fn gpus() -> Vec<Backend> {
    use std::panic::{catch_unwind, AssertUnwindSafe};

    use burn::tensor::DeviceType;

    let devices = catch_unwind(|| Device::enumerate(DeviceType::Wgpu).into_vec()).unwrap_or_default();
    (0usize..)
        .zip(devices)
        .map(|(index, device)| {
            let identity = catch_unwind(AssertUnwindSafe(|| device.identity())).ok().flatten();
            Backend {
                name: format!("gpu-{index}"),
                description: identity.map_or_else(|| format!("{device:?}"), |identity| identity.name),
                device,
                is_gpu: true,
            }
        })
        .collect()
}

#[cfg(not(feature = "wgpu"))]
fn gpus() -> Vec<Backend> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there_and_another_name_is_refused_with_the_list() {
        assert_eq!(Backend::all()[0].name(), "cpu");
        let error = Backend::named("gpu-99").expect_err("no machine has a hundred").to_string();
        assert!(error.contains("gpu-99") && error.contains("cpu"), "{error}");
    }
}
