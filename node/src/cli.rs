//! The command line.
#![allow(clippy::borrowed_box, reason = "the signatures are the trait's")]

use std::{path::PathBuf, str::FromStr};

use sc_cli::{ChainSpec, ImportParams, KeystoreParams, NetworkParams, RpcEndpoint, SharedParams};
use sc_service::{config::PrometheusConfig, BasePath};

use crate::{
    chain_spec::Extensions,
    engine::{EngineCmd, EngineParams},
};

/// What the program does instead of running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "a process has one")]
pub enum Subcommand {
    /// Create and insert keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),
    /// Print a chain specification (older name of export-chain-spec).
    BuildSpec(sc_cli::BuildSpecCmd),
    /// Print a chain specification.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),
    /// Check a block of the database again.
    CheckBlock(sc_cli::CheckBlockCmd),
    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),
    /// Print a block's state as a chain specification.
    ExportState(sc_cli::ExportStateCmd),
    /// Read blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),
    /// Take the newest blocks back.
    Revert(sc_cli::RevertCmd),
    /// Delete a chain's database.
    PurgeChain(cumulus_client_cli::PurgeChainCmd),
    /// Print the first block's header, to register the parachain.
    #[command(alias = "export-genesis-state")]
    ExportGenesisHead(cumulus_client_cli::ExportGenesisHeadCommand),
    /// Print the first block's runtime, to register the parachain.
    ExportGenesisWasm(cumulus_client_cli::ExportGenesisWasmCommand),
    /// Ask what this machine's engine can do.
    #[command(subcommand)]
    Engine(EngineCmd),
    /// Measure the runtime and the machine.
    #[command(subcommand)]
    Benchmark(frame_benchmarking_cli::BenchmarkCmd),
}

/// The program's arguments.
#[derive(Debug, clap::Parser)]
#[command(propagate_version = true, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    /// A command; without one, a node runs.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,
    /// Arguments of the node.
    #[command(flatten)]
    pub run: cumulus_client_cli::RunCmd,
    /// When to stop for want of disk.
    #[command(flatten)]
    pub storage_monitor: sc_storage_monitor::StorageMonitorParams,
    /// Milliseconds between blocks of a `--dev` node.
    #[arg(long, default_value_t = 6000, value_parser = clap::value_parser!(u64).range(1..))]
    pub dev_block_time: u64,
    /// Don't measure the machine at start.
    #[arg(long)]
    pub no_hardware_benchmarks: bool,
    /// Execute the leases of the mill keys in the keystore, and sprint while idle. A `--dev` node mines
    /// unless `--no-mine` is given.
    #[arg(long, conflicts_with = "no_mine")]
    pub mine: bool,
    /// Execute nothing, not even in `--dev`.
    #[arg(long)]
    pub no_mine: bool,
    /// Work for this miner only: the account that owns the mill keys, as an SS58 address. Whoever else registers one of
    /// them gets nothing from this node.
    #[arg(long, value_name = "ADDRESS", value_parser = sp_core::crypto::AccountId32::from_str)]
    pub miner: Option<sp_core::crypto::AccountId32>,
    /// Don't claim the miners' shares of the emission. Anyone may with `rewards.claim`; they are void after a while.
    #[arg(long)]
    pub no_claim: bool,
    /// Put the mill key of this secret, such as `//Ferdie`, into the keystore at start. For test networks:
    /// whoever lists this machine's processes can read it. Elsewhere insert the key with `key insert`, which asks for it.
    #[arg(long, value_name = "SURI")]
    pub mill_suri: Option<String>,
    /// The engine's options.
    #[command(flatten)]
    pub engine: EngineParams,
    /// Arguments of the relay chain node, after `--`.
    #[arg(raw = true)]
    pub relay_chain_args: Vec<String>,
}

impl sc_cli::SubstrateCli for Cli {
    fn impl_name() -> String {
        "Millrace Node".into()
    }
    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }
    fn description() -> String {
        format!(
            "Collator, miner and full node of the Millrace parachain\n\n{} [parachain-args] -- [relay-chain-args]",
            Self::executable_name()
        )
    }
    fn author() -> String {
        "Millrace".into()
    }
    fn support_url() -> String {
        String::new()
    }
    fn copyright_start_year() -> i32 {
        2026
    }
    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_cli::ChainSpec>, String> {
        crate::chain_spec::load(id)
    }
}

/// Arguments of the embedded relay chain node.
#[derive(Debug)]
pub struct RelayChainCli {
    /// The relay chain's own arguments.
    pub base: polkadot_cli::RunCmd,
    /// The relay chain that the parachain's specification names.
    pub chain_id: Option<String>,
    /// Where its database lies.
    pub base_path: Option<PathBuf>,
}

impl RelayChainCli {
    /// No program name is expected among `relay_chain_args`.
    pub fn new<'a>(para: &sc_service::Configuration, args: impl Iterator<Item = &'a String>) -> Self {
        use clap::{CommandFactory, FromArgMatches};
        let matches = polkadot_cli::RunCmd::command().no_binary_name(true).get_matches_from(args);
        let base = FromArgMatches::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
        Self {
            base,
            chain_id: Extensions::try_get(&*para.chain_spec).map(|e| e.relay_chain.clone()),
            base_path: Some(para.base_path.path().join("polkadot")),
        }
    }
}

impl sc_cli::SubstrateCli for RelayChainCli {
    fn impl_name() -> String {
        Cli::impl_name()
    }
    fn impl_version() -> String {
        Cli::impl_version()
    }
    fn description() -> String {
        Cli::description()
    }
    fn author() -> String {
        Cli::author()
    }
    fn support_url() -> String {
        Cli::support_url()
    }
    fn copyright_start_year() -> i32 {
        Cli::copyright_start_year()
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_cli::ChainSpec>, String> {
        polkadot_cli::Cli::from_iter([Self::executable_name()].iter()).load_spec(id)
    }
}

impl sc_cli::DefaultConfigurationValues for RelayChainCli {
    fn p2p_listen_port() -> u16 {
        30334
    }
    fn rpc_listen_port() -> u16 {
        9945
    }
    fn prometheus_listen_port() -> u16 {
        9616
    }
}

impl sc_cli::CliConfiguration<Self> for RelayChainCli {
    fn shared_params(&self) -> &SharedParams {
        self.base.base.shared_params()
    }
    fn import_params(&self) -> Option<&ImportParams> {
        self.base.base.import_params()
    }
    fn network_params(&self) -> Option<&NetworkParams> {
        self.base.base.network_params()
    }
    fn keystore_params(&self) -> Option<&KeystoreParams> {
        self.base.base.keystore_params()
    }
    fn base_path(&self) -> sc_cli::Result<Option<BasePath>> {
        Ok(self.shared_params().base_path()?.or_else(|| self.base_path.clone().map(Into::into)))
    }
    fn rpc_addr(&self, port: u16) -> sc_cli::Result<Option<Vec<RpcEndpoint>>> {
        self.base.base.rpc_addr(port)
    }
    fn prometheus_config(
        &self,
        port: u16,
        spec: &Box<dyn ChainSpec>,
    ) -> sc_cli::Result<Option<PrometheusConfig>> {
        self.base.base.prometheus_config(port, spec)
    }
    fn init<F>(&self, _: &String, _: &String, _: F) -> sc_cli::Result<()>
    where
        F: FnOnce(&mut sc_cli::LoggerBuilder),
    {
        unreachable!("the relay chain's logger is the parachain's; qed")
    }
    fn chain_id(&self, is_dev: bool) -> sc_cli::Result<String> {
        let id = self.base.base.chain_id(is_dev)?;
        Ok(if id.is_empty() { self.chain_id.clone().unwrap_or_default() } else { id })
    }
    fn role(&self, is_dev: bool) -> sc_cli::Result<sc_service::Role> {
        self.base.base.role(is_dev)
    }
    fn transaction_pool(&self, is_dev: bool) -> sc_cli::Result<sc_service::config::TransactionPoolOptions> {
        self.base.base.transaction_pool(is_dev)
    }
    fn trie_cache_maximum_size(&self) -> sc_cli::Result<Option<usize>> {
        self.base.base.trie_cache_maximum_size()
    }
    fn rpc_methods(&self) -> sc_cli::Result<sc_service::config::RpcMethods> {
        self.base.base.rpc_methods()
    }
    fn rpc_max_connections(&self) -> sc_cli::Result<u32> {
        self.base.base.rpc_max_connections()
    }
    fn rpc_cors(&self, is_dev: bool) -> sc_cli::Result<Option<Vec<String>>> {
        self.base.base.rpc_cors(is_dev)
    }
    fn default_heap_pages(&self) -> sc_cli::Result<Option<u64>> {
        self.base.base.default_heap_pages()
    }
    fn force_authoring(&self) -> sc_cli::Result<bool> {
        self.base.base.force_authoring()
    }
    fn disable_grandpa(&self) -> sc_cli::Result<bool> {
        self.base.base.disable_grandpa()
    }
    fn max_runtime_instances(&self) -> sc_cli::Result<Option<usize>> {
        self.base.base.max_runtime_instances()
    }
    fn announce_block(&self) -> sc_cli::Result<bool> {
        self.base.base.announce_block()
    }
    fn telemetry_endpoints(
        &self,
        spec: &Box<dyn ChainSpec>,
    ) -> sc_cli::Result<Option<sc_telemetry::TelemetryEndpoints>> {
        self.base.base.telemetry_endpoints(spec)
    }
    fn node_name(&self) -> sc_cli::Result<String> {
        self.base.base.node_name()
    }

    fn database(&self) -> sc_cli::Result<Option<sc_cli::Database>> {
        Ok(Some(self.base.base.database()?.unwrap_or(sc_cli::Database::ParityDb)))
    }
}
