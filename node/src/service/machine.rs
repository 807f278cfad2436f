//! What a node does about its machine: it watches the disk and reports the hardware.

use std::path::PathBuf;

use sc_service::TaskManager;
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use sc_telemetry::TelemetryHandle;

/// Ends the node when its disk is nearly full, as long as it can still end well.
///
/// # Errors
/// If the disk is that full already.
pub fn watch_disk(
    params: StorageMonitorParams,
    database: Option<PathBuf>,
    tasks: &TaskManager,
) -> sc_service::error::Result<()> {
    let Some(path) = database else { return Ok(()) };
    StorageMonitorService::try_spawn(params, path, &tasks.spawn_essential_handle())
        .map_err(|error| sc_service::Error::Application(Box::new(error)))
}

/// Says how fast the machine is; a collator also hears if it is too slow.
pub fn report_hardware(
    hwbench: Option<sc_sysinfo::HwBench>,
    validator: bool,
    telemetry: Option<TelemetryHandle>,
    tasks: &TaskManager,
) {
    let Some(hwbench) = hwbench else { return };
    sc_sysinfo::print_hwbench(&hwbench);
    if validator {
        if let Err(e) = frame_benchmarking_cli::SUBSTRATE_REFERENCE_HARDWARE.check_hardware(&hwbench, false) {
            log::warn!("Hardware below the reference: {e}");
        }
    }
    if let Some(telemetry) = telemetry {
        tasks.spawn_handle().spawn(
            "telemetry_hwbench",
            None,
            sc_sysinfo::initialize_hwbench_telemetry(telemetry, hwbench),
        );
    }
}
