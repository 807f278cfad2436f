//! What each command does.

use std::time::Duration;

use frame_benchmarking_cli::{BenchmarkCmd, SUBSTRATE_REFERENCE_HARDWARE};
use millrace_runtime::opaque::Block;
use sc_cli::{CliConfiguration, Result, Runner, SubstrateCli};
use sc_service::{config::DatabaseSource, Configuration};

use crate::{
    cli::{Cli, RelayChainCli, Subcommand},
    dev::{start_dev_node, DevArgs},
    mill::MillOptions,
    service::{is_dev, new_partial, start_node, NodeArgs},
    types::HostFunctions,
};

/// What our nodes do differently from the SDK's defaults.
fn apply_defaults(config: &mut Configuration, database: Option<sc_cli::Database>) {
    if database.is_none() {
        config.database = DatabaseSource::ParityDb { path: config.data_path.join("paritydb").join("full") };
    }
    config.offchain_worker.enabled = true;
}
fn runner<C: CliConfiguration>(cli: &Cli, cmd: &C) -> Result<Runner<Cli>> {
    let mut runner = cli.create_runner(cmd)?;
    apply_defaults(runner.config_mut(), cmd.database()?);
    Ok(runner)
}

/// Reads the arguments and does what they say.
///
/// # Errors
/// A sentence for the person at the terminal.
pub fn run() -> Result<()> {
    let cli = Cli::from_args();
    match &cli.subcommand {
        Some(Subcommand::Key(cmd)) => cmd.run(&cli),
        Some(Subcommand::BuildSpec(cmd)) => runner(&cli, cmd)?.sync_run(|c| cmd.run(c.chain_spec, c.network)),
        Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
        Some(Subcommand::CheckBlock(cmd)) => runner(&cli, cmd)?.async_run(|config| {
            let p = new_partial(&config)?;
            Ok((cmd.run(p.client, p.import_queue), p.task_manager))
        }),
        Some(Subcommand::ExportBlocks(cmd)) => runner(&cli, cmd)?.async_run(|config| {
            let p = new_partial(&config)?;
            Ok((cmd.run(p.client, config.database), p.task_manager))
        }),
        Some(Subcommand::ExportState(cmd)) => runner(&cli, cmd)?.async_run(|config| {
            let p = new_partial(&config)?;
            Ok((cmd.run(p.client, config.chain_spec), p.task_manager))
        }),
        Some(Subcommand::ImportBlocks(cmd)) => runner(&cli, cmd)?.async_run(|config| {
            let p = new_partial(&config)?;
            Ok((cmd.run(p.client, p.import_queue), p.task_manager))
        }),
        Some(Subcommand::Revert(cmd)) => runner(&cli, cmd)?.async_run(|config| {
            let p = new_partial(&config)?;
            Ok((cmd.run(p.client, p.backend, None), p.task_manager))
        }),
        Some(Subcommand::PurgeChain(cmd)) => purge(&cli, cmd),
        Some(Subcommand::ExportGenesisHead(cmd)) => {
            runner(&cli, cmd)?.sync_run(|config| cmd.run(new_partial(&config)?.client))
        }
        Some(Subcommand::ExportGenesisWasm(cmd)) => {
            runner(&cli, cmd)?.sync_run(|config| cmd.run(&*config.chain_spec))
        }
        Some(Subcommand::Engine(cmd)) => cmd.run().map_err(Into::into),
        Some(Subcommand::Benchmark(cmd)) => benchmark(&cli, cmd),
        None => start(cli),
    }
}

fn purge(cli: &Cli, cmd: &cumulus_client_cli::PurgeChainCmd) -> Result<()> {
    let runner = runner(cli, cmd)?;
    if cmd.parachain && !cmd.relaychain {
        return runner.sync_run(|config| cmd.base.run(config.database));
    }
    let relay_cli = RelayChainCli::new(runner.config(), cli.relay_chain_args.iter());
    runner.sync_run(|config| {
        let relay = SubstrateCli::create_configuration(&relay_cli, &relay_cli, config.tokio_handle.clone())
            .map_err(|e| format!("Relay chain argument error: {e}"))?;
        cmd.run(config, relay)
    })
}

fn start(cli: Cli) -> Result<()> {
    let runner = runner(&cli, &cli.run.normalize())?;
    let relay_cli = RelayChainCli::new(runner.config(), cli.relay_chain_args.iter());
    let collator_options = cli.run.collator_options();
    let mines = cli.mine || (cli.run.base.is_dev()? && !cli.no_mine);
    let engine = mines.then(|| cli.engine.options()).transpose()?;
    let mill = engine.map(|engine| MillOptions { engine, miner: cli.miner.clone(), claim: !cli.no_claim });
    runner.run_node_until_exit(|config| async move {
        if is_dev(&config) {
            let args = DevArgs {
                block_time: Duration::from_millis(cli.dev_block_time),
                mill,
                mill_suri: cli.mill_suri,
                storage_monitor: cli.storage_monitor,
            };
            return start_dev_node(config, args).map_err(Into::into);
        }
        let hwbench = (!cli.no_hardware_benchmarks)
            .then(|| {
                config.database.path().map(|path| {
                    let _ = std::fs::create_dir_all(path);
                    sc_sysinfo::gather_hwbench(Some(path), &SUBSTRATE_REFERENCE_HARDWARE)
                })
            })
            .flatten();
        let mut relay =
            SubstrateCli::create_configuration(&relay_cli, &relay_cli, config.tokio_handle.clone())
                .map_err(|e| format!("Relay chain argument error: {e}"))?;

        let net = &relay_cli.base.base.network_params;
        if config.role.is_authority() && !net.force_enable_webrtc && net.listen_addr.is_empty() {
            relay.network.remove_webrtc_addresses();
        }
        start_node(
            config,
            relay,
            NodeArgs {
                collator_options,
                hwbench,
                max_pov_percentage: cli.run.experimental_max_pov_percentage,
                storage_monitor: cli.storage_monitor.clone(),
                mill,
                mill_suri: cli.mill_suri,
            },
        )
        .await
        .map_err(Into::into)
    })
}

fn benchmark(cli: &Cli, cmd: &BenchmarkCmd) -> Result<()> {
    match cmd {
        // Needs a runtime blob with benchmarks: `--runtime`, which `scripts/benchmark.sh` builds.
        BenchmarkCmd::Pallet(cmd) => {
            let spec = cmd.shared_params.chain.as_ref().map(|id| cli.load_spec(id)).transpose()?;
            cmd.run_with_spec::<sp_runtime::traits::HashingFor<Block>, HostFunctions>(spec)
        }
        BenchmarkCmd::Block(cmd) => runner(cli, cmd)?.sync_run(|c| cmd.run(new_partial(&c)?.client)),
        BenchmarkCmd::Machine(cmd) => {
            runner(cli, cmd)?.sync_run(|c| cmd.run(&c, SUBSTRATE_REFERENCE_HARDWARE.clone()))
        }

        _ => Err("This benchmark isn't offered; use `pallet`, `block` or `machine`".into()),
    }
}
