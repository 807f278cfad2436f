//! The calls on the real runtime.

use codec::Encode;
use millrace_inference::{execute, sprint_digest, CheckedModel};
use millrace_primitives::{genesis_hash, meets_target, mill::MillKey, ownership_message, Attempt, TaskId};
use millrace_runtime::{
    configs::parameters::{
        stored::{collators, miners, sprints, tasks},
        RuntimeParameters,
    },
    Collators, Miners, Models, Parameters, Rewards, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    Session, SessionKeys, Sprints, System, Tasks,
};
use millrace_runtime_tests::*;
use sp_core::{proof_of_possession::ProofOfPossessionGenerator, sr25519, Pair, H256};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::Dispatchable, Perbill, Permill};

use crate::{
    reference::{Call, Id, Model, Parameter},
    world::{World, DELEGATE, OTHER_SIGNATORY, PEOPLE},
};

impl World {
    fn origin(&self, who: Id) -> RuntimeOrigin {
        RuntimeOrigin::signed(self.accounts[who].clone())
    }

    /// Root, or somebody who isn't.
    fn root_or(&self, root: bool) -> RuntimeOrigin {
        if root {
            RuntimeOrigin::root()
        } else {
            self.origin(1)
        }
    }

    fn input(&self, model: &Model, samples: usize) -> Vec<u8> {
        if *model == self.models[0].0 {
            HELD_OUT[..samples * 64].to_vec()
        } else {
            vec![3; samples]
        }
    }

    /// Makes a call; says whether it succeeded.
    pub fn dispatch(&mut self, call: &Call, honest: bool) -> bool {
        match call {
            Call::Post { .. }
            | Call::Transfer { .. }
            | Call::RegisterModel { .. }
            | Call::Describe { .. }
            | Call::Batch { .. } => {
                let (who, call) = self.signed(call);
                call.dispatch(self.origin(who)).is_ok()
            }
            Call::Proxied { multisig, call } => self.through_a_proxy(*multisig, call),
            Call::Cancel { who, task } => Tasks::cancel(self.origin(*who), *task).is_ok(),
            Call::Poke { task } => Tasks::poke(self.origin(0), *task).is_ok(),
            Call::Submit { task, stranger } => self.submit(*task, *stranger, honest),
            Call::Decline { task } => self.decline(*task),
            Call::ForceRefund { root, task } => Tasks::force_refund(self.root_or(*root), *task).is_ok(),
            Call::Retire { who, model } => Models::retire(self.origin(*who), H256(*model)).is_ok(),
            Call::ForceRetire { root, model } => {
                Models::force_retire(self.root_or(*root), H256(*model)).is_ok()
            }
            Call::RemoveModel { who, model } => Models::remove(self.origin(*who), H256(*model)).is_ok(),
            Call::List { root, models } => {
                let listed = models.iter().map(|model| (H256(*model), 8)).collect();
                let done = Sprints::set_listed(self.root_or(*root), listed).is_ok();
                // On models that small, the initial work is billions of attempts.
                set_difficulty(1);
                done
            }
            Call::SetParameter { root, parameter } => {
                Parameters::set_parameter(self.root_or(*root), stored(*parameter)).is_ok()
            }
            Call::Claim { round, account } => {
                Rewards::claim(self.origin(1), *round, self.accounts[*account].clone()).is_ok()
            }
            Call::Sprint { miner, anchor, honest } => self.sprint(*miner, *anchor, *honest),
            Call::SetKeys { .. }
            | Call::PurgeKeys { .. }
            | Call::Stand { .. }
            | Call::StandDown { .. }
            | Call::Appoint { .. }
            | Call::SetSeats { .. } => self.dispatch_of_collators(call),
            call => self.dispatch_of_miner(call),
        }
    }

    /// A call as an account signs it, alone or in a batch.
    fn signed(&self, call: &Call) -> (Id, RuntimeCall) {
        match call {
            Call::Post { requester, model, samples, ceiling, deadline } => {
                let (input, model) = (self.input(model, *samples), H256(*model));
                let (max_price, deadline) = (*ceiling, *deadline);
                let post = pallet_tasks::Call::post { model, input, max_price, deadline, input_hash: None };
                (*requester, RuntimeCall::Tasks(post))
            }
            Call::Transfer { from, to, amount } => {
                let dest = self.accounts[*to].clone().into();
                let transfer = pallet_balances::Call::transfer_keep_alive { dest, value: *amount };
                (*from, RuntimeCall::Balances(transfer))
            }
            Call::RegisterModel { owner, model, labels, .. } => {
                let encoding = self.encoding(model).to_vec();
                let metadata = labels.map(|labels| self.metadata(model, labels));
                (*owner, RuntimeCall::Models(pallet_models::Call::register { encoding, metadata }))
            }
            Call::Describe { who, model, labels, .. } => {
                let metadata = labels.map(|labels| self.metadata(model, labels));
                let describe = pallet_models::Call::describe { model: H256(*model), metadata };
                (*who, RuntimeCall::Models(describe))
            }
            Call::Batch { first, second } => {
                let ((who, first), (_, second)) = (self.signed(first), self.signed(second));
                let calls = vec![first, second];
                (who, RuntimeCall::Utility(pallet_utility::Call::batch_all { calls }))
            }
            call => unreachable!("{call:?} is dispatched in its own way"),
        }
    }

    /// The proxy's own call succeeds whatever becomes of the one in it, which its event says.
    fn through_a_proxy(&self, multisig: bool, call: &Call) -> bool {
        let (who, call) = self.signed(call);
        let call = Box::new(call);
        let real = self.accounts[who].clone().into();
        let proxied = pallet_proxy::Call::proxy { real, force_proxy_type: None, call };
        let call = if multisig {
            let (other_signatories, call) = (vec![id(OTHER_SIGNATORY)], Box::new(proxied.into()));
            pallet_multisig::Call::as_multi_threshold_1 { other_signatories, call }.into()
        } else {
            RuntimeCall::Proxy(proxied)
        };
        assert!(call.dispatch(RuntimeOrigin::signed(id(DELEGATE))).is_ok(), "it may act for all");
        let result = System::events().into_iter().rev().find_map(|record| match record.event {
            RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result.is_ok()),
            _ => None,
        });
        result.expect("a call was made")
    }

    fn dispatch_of_miner(&mut self, call: &Call) -> bool {
        match call {
            Call::Register { miner, terms } => {
                let key = self.new_key();
                let (mill, proof) = self.proof(*miner, &key);
                let models = terms.models.iter().map(|model| H256(*model)).collect();
                let rates = terms.rates.clone();
                let done =
                    Miners::register(self.origin(*miner), mill, proof, terms.ask, rates, models).is_ok();
                if done {
                    self.keys[*miner] = key;
                }
                done
            }
            Call::Offer { miner, terms } => {
                let models = terms.models.iter().map(|model| H256(*model)).collect();
                Miners::offer(self.origin(*miner), terms.ask, terms.rates.clone(), models).is_ok()
            }
            Call::SetMill { miner } => {
                let key = self.new_key();
                let (mill, proof) = self.proof(*miner, &key);
                let done = Miners::set_mill(self.origin(*miner), mill, proof).is_ok();
                if done {
                    self.keys[*miner] = key;
                }
                done
            }
            Call::Resume { miner } => Miners::resume(self.origin(*miner)).is_ok(),
            Call::Withdraw { miner } => Miners::withdraw(self.origin(*miner)).is_ok(),
            Call::Apply { miner } => {
                Miners::apply_offer(self.origin(1), self.accounts[*miner].clone()).is_ok()
            }
            call => unreachable!("{call:?} is dispatched above"),
        }
    }

    fn dispatch_of_collators(&self, call: &Call) -> bool {
        let done = match call {
            Call::SetKeys { who } => {
                let (keys, proof) = self.session_keys(*who);
                Session::set_keys(self.origin(*who), keys, proof)
            }
            Call::PurgeKeys { who } => Session::purge_keys(self.origin(*who)),
            Call::Stand { who } => Collators::stand(self.origin(*who)),
            Call::StandDown { who } => Collators::stand_down(self.origin(*who)),
            Call::Appoint { root, who } => {
                let who = who.iter().map(|who| self.accounts[*who].clone()).collect();
                Collators::set_appointed(self.root_or(*root), who)
            }
            Call::SetSeats { root, seats } => Collators::set_seats(self.root_or(*root), *seats),
            call => unreachable!("{call:?} isn't about collators"),
        };
        done.is_ok()
    }

    /// The session keys of an account, with the proof that it owns them.
    fn session_keys(&self, who: Id) -> (SessionKeys, Vec<u8>) {
        let mut pair = PEOPLE[who].pair();
        let owner = self.accounts[who].encode();
        let proof = (pair.generate_proof_of_possession(&owner),).encode();
        (SessionKeys { aura: pair.public().into() }, proof)
    }

    /// Searches a win on an anchor and sends it, with a right trace or a wrong one. Without an anchor it sends an attempt.
    fn sprint(&mut self, miner: Id, anchor: u32, honest: bool) -> bool {
        let terms = pallet_sprints::AnchorTerms::<Runtime>::get(anchor);
        let listed = terms.as_ref().map_or(self.models[0].0, |terms| terms.model.0);
        let (samples, difficulty) = terms.map_or((1, 1), |terms| (terms.samples, terms.difficulty));
        let model = CheckedModel::from_bytes(self.encoding(&listed)).expect("it was registered");
        let account = self.accounts[miner].clone();
        loop {
            self.nonce += 1;
            let (nonce, anchor_hash) = (self.nonce, System::block_hash(anchor));
            let attempt =
                Attempt { miner: account.clone(), anchor: anchor_hash, nonce, model: H256(listed), samples };
            let input = attempt.input(model.profile().sample_bytes);
            let mut trace = execute(&model, &input).expect("whole samples").trace;
            if !honest {
                let last = trace.len() - 1;
                trace[last] ^= 2;
            }
            let trace_hash = sp_crypto_hashing::blake2_256(&trace);
            let seed = attempt.seed(genesis_hash::<Runtime>(), trace_hash);
            if meets_target(&sprint_digest(&seed, sp_crypto_hashing::blake2_256), difficulty) {
                let message = attempt.message(genesis_hash::<Runtime>(), trace_hash);
                let signature = self.keys[miner].sign(&message).into();
                let (miner, trace_hash) = (account, H256(trace_hash));
                let call =
                    pallet_sprints::Call::sprint { miner, anchor, nonce, trace_hash, trace, signature };
                return succeeds(call.into());
            }
        }
    }

    /// A key as it is registered for an account, with its proof.
    fn proof(&self, miner: Id, key: &sr25519::Pair) -> (MillKey, millrace_primitives::mill::MillSignature) {
        let message = ownership_message(genesis_hash::<Runtime>(), &self.accounts[miner]);
        (key.public().into(), key.sign(&message).into())
    }

    fn submit(&self, task: TaskId, stranger: bool, honest: bool) -> bool {
        let Some(lease) = lease_of(task) else { return false };
        let record = pallet_tasks::Tasks::<Runtime>::get(task).expect("it has a lease");
        let input = pallet_tasks::Inputs::<Runtime>::get(task).expect("an open task has one");
        let encoding = pallet_models::Encodings::<Runtime>::get(record.model).expect("it is in use");
        let model = CheckedModel::from_bytes(&encoding).expect("it was registered");
        let mut trace = execute(&model, &input).expect("whole samples").trace;
        if !honest {
            let last = trace.len() - 1;
            trace[last] ^= 2;
        }
        let key = if stranger {
            Sr25519Keyring::One.pair()
        } else {
            self.keys[self.position(&lease.miner)].clone()
        };
        succeeds(self.submission(task, trace, &key))
    }

    fn submission(&self, task: TaskId, trace: Vec<u8>, key: &sr25519::Pair) -> RuntimeCall {
        let trace_hash = sp_crypto_hashing::blake2_256(&trace);
        let name = descriptor(task);
        let message = millrace_primitives::submission_message(genesis_hash::<Runtime>(), name, trace_hash);
        pallet_tasks::Call::submit {
            task,
            descriptor: name,
            trace_hash: H256(trace_hash),
            trace,
            signature: key.sign(&message).into(),
        }
        .into()
    }

    fn decline(&self, task: TaskId) -> bool {
        let Some(lease) = lease_of(task) else { return false };
        let key = &self.keys[self.position(&lease.miner)];
        let name = descriptor(task);
        let message = millrace_primitives::decline_message(genesis_hash::<Runtime>(), name);
        let signature = key.sign(&message).into();
        succeeds(pallet_tasks::Call::decline { task, descriptor: name, signature }.into())
    }
}

/// A parameter as the runtime keeps it.
fn stored(parameter: Parameter) -> RuntimeParameters {
    let permill = |parts| Some(Permill::from_parts(parts));
    match parameter {
        Parameter::SlotBond(bond) => of_miners(miners::Parameters::SlotBond(miners::SlotBond, Some(bond))),
        Parameter::BondPerMegaMac(bond) => {
            of_miners(miners::Parameters::BondPerMegaMac(miners::BondPerMegaMac, Some(bond)))
        }
        Parameter::RecordDeposit(deposit) => {
            of_miners(miners::Parameters::RecordDeposit(miners::RecordDeposit, Some(deposit)))
        }
        Parameter::UnbondingPeriod(blocks) => {
            of_miners(miners::Parameters::UnbondingPeriod(miners::UnbondingPeriod, Some(blocks)))
        }
        Parameter::SlashRatio(parts) => {
            of_miners(miners::Parameters::SlashRatio(miners::SlashRatio, permill(parts)))
        }
        Parameter::CandidacyDeposit(deposit) => {
            let deposit = collators::Parameters::CandidacyDeposit(collators::CandidacyDeposit, Some(deposit));
            RuntimeParameters::Collators(deposit)
        }
        Parameter::ProtocolCut(parts) => {
            of_tasks(tasks::Parameters::ProtocolCut(tasks::ProtocolCut, permill(parts)))
        }
        Parameter::MinPrice(price) => of_tasks(tasks::Parameters::MinPrice(tasks::MinPrice, Some(price))),
        Parameter::RentBase(rent) => of_tasks(tasks::Parameters::RentBase(tasks::RentBase, Some(rent))),
        Parameter::RentPeak(rent) => of_tasks(tasks::Parameters::RentPeak(tasks::RentPeak, Some(rent))),
        Parameter::OutputFee(fee) => {
            of_tasks(tasks::Parameters::OutputFeePerByte(tasks::OutputFeePerByte, Some(fee)))
        }
        Parameter::SprintShare(parts) => {
            let share = Some(Perbill::from_parts(parts));
            RuntimeParameters::Sprints(sprints::Parameters::SprintShare(sprints::SprintShare, share))
        }
    }
}

fn of_miners(parameters: miners::Parameters) -> RuntimeParameters {
    RuntimeParameters::Miners(parameters)
}

fn of_tasks(parameters: tasks::Parameters) -> RuntimeParameters {
    RuntimeParameters::Tasks(parameters)
}

/// Whether an authorised call is valid and succeeds.
fn succeeds(call: RuntimeCall) -> bool {
    matches!(apply(call), Ok(Ok(_)))
}
